// SPDX-License-Identifier: Apache-2.0
package org.postlane.server;

import com.google.inject.Module;
import org.apache.james.GuiceJamesServer;
import org.apache.james.modules.RunArgumentsModule;

/** What every James of this program is started with, whatever it keeps its mail in. */
final class JamesStart {
    /** Named in conf/ as the protocol of its mail repositories; each store has one. */
    private static final String REPOSITORIES = "postlane.repositories";

    private JamesStart() {
    }

    /** Before James looks at its configuration: sets system properties, which is how James takes some settings. */
    static void prepare(String repositoryProtocol) {
        // Otherwise James ends the JVM itself, and the reason stands in the middle of a stack trace.
        System.setProperty("james.exit.on.startup.error", "false");
        System.setProperty(REPOSITORIES, repositoryProtocol);
    }

    /** Starts it; it accepts mail when this returns. */
    static GuiceJamesServer start(GuiceJamesServer server, Module... overrides) throws Exception {
        GuiceJamesServer whole = server
            .combineWith(Listeners.module())
            .overrideWith(new RunArgumentsModule(new String[0]))
            .overrideWith(overrides);
        whole.start();
        return whole;
    }

    /** Stops it, listeners first. */
    static void stop(GuiceJamesServer server) {
        server.getProbe(Listeners.class).close();
        server.stop();
    }
}
