// SPDX-License-Identifier: Apache-2.0
package org.postlane.server;

import com.google.inject.Module;
import org.apache.james.ExtraProperties;
import org.apache.james.FakeSearchMailboxModule;
import org.apache.james.GuiceJamesServer;
import org.apache.james.MemoryJamesConfiguration;
import org.apache.james.MemoryJamesServerMain;

/** A James memory server that runs from a {@link Home}, as James' own main class would run it, but without JMX. */
public final class MemoryJames implements RunningJames {
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
        JamesStart.prepare("memory");
        try {
            MemoryJamesConfiguration configuration = MemoryJamesConfiguration.builder()
                .workingDirectory(home.root().toFile())
                .build();
            return new MemoryJames(JamesStart.start(
                MemoryJamesServerMain.createServer(configuration).combineWith(new FakeSearchMailboxModule()), overrides));
        } catch (Exception | LinkageError e) {
            throw StartError.because("James did not start", e);
        }
    }

    /** Puts the lines of conf/jvm.properties into the system properties. */
    public static void readJvmProperties(Home home) {
        System.setProperty(ExtraProperties.OVERRIDE_PROPERTY, home.conf().resolve("jvm.properties").toString());
        ExtraProperties.initialize();
    }

    @Override
    public GuiceJamesServer server() {
        return server;
    }

    @Override
    public void stop() {
        JamesStart.stop(server);
    }
}
