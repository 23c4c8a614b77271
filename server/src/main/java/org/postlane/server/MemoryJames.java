// SPDX-License-Identifier: Apache-2.0
package org.postlane.server;

import com.google.inject.Module;
import org.apache.james.ExtraProperties;
import org.apache.james.FakeSearchMailboxModule;
import org.apache.james.GuiceJamesServer;
import org.apache.james.MemoryJamesConfiguration;
import org.apache.james.MemoryJamesServerMain;
import org.apache.james.modules.RunArgumentsModule;

/** A James memory server that runs from a {@link Home}, as James' own main class would run it, but without JMX. */
public final class MemoryJames {
    private final GuiceJamesServer server;

    private MemoryJames(GuiceJamesServer server) {
        this.server = server;
    }

    /**
     * Starts the server; it accepts mail when this returns. Sets system properties, which is how James takes some settings: one
     * server a JVM.
     *
     * @param overrides replace bindings of James; none in production
     * @throws StartError with the reason
     */
    public static MemoryJames start(Home home, Module... overrides) {
        // Otherwise James ends the JVM itself, and the reason stands in the middle of a stack trace.
        System.setProperty("james.exit.on.startup.error", "false");
        try {
            MemoryJamesConfiguration configuration = MemoryJamesConfiguration.builder()
                .workingDirectory(home.root().toFile())
                .build();
            GuiceJamesServer server = MemoryJamesServerMain.createServer(configuration)
                .combineWith(new FakeSearchMailboxModule(), Listeners.module())
                .overrideWith(new RunArgumentsModule(new String[0]))
                .overrideWith(overrides);
            server.start();
            return new MemoryJames(server);
        } catch (Exception | LinkageError e) {
            throw StartError.because("James did not start", e);
        }
    }

    /** Puts the lines of conf/jvm.properties into the system properties. */
    public static void readJvmProperties(Home home) {
        System.setProperty(ExtraProperties.OVERRIDE_PROPERTY, home.conf().resolve("jvm.properties").toString());
        ExtraProperties.initialize();
    }

    /** The James that runs. */
    public GuiceJamesServer server() {
        return server;
    }

    /** Stops the server; may hang where James does, see {@link CleanStop}. */
    public void stop() {
        server.getProbe(Listeners.class).close();
        server.stop();
    }
}
