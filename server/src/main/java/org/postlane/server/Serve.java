// SPDX-License-Identifier: Apache-2.0
package org.postlane.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** The command {@code serve}: a server in the foreground, until it is told to end. */
final class Serve {
    private static final String LOGBACK_FILE = "logback.configurationFile";

    private Serve() {
    }

    /** Returns only when the server could not start. */
    static int run(Store store) {
        Home home = Home.locate().requireComplete();
        // Before the first logger is made.
        if (System.getProperty(LOGBACK_FILE) == null) {
            System.setProperty(LOGBACK_FILE, home.conf().resolve("logback.xml").toString());
        }
        ConfSyntax.check(home.conf());
        MemoryJames.readJvmProperties(home);
        JvmProperties.check(home.conf());
        Duration unusedLimit = CleanStop.limit();
        ownKeyWhereNoneWasGiven(home);
        List<Listener> listeners = Listener.enabledIn(home);
        listeners.forEach(ListenerSettings::check);
        listeners.forEach(listener -> ListenerKey.check(home, listener));
        ListenerAddresses.requireFree(listeners);
        RunningJames james = store.start(home);
        CleanStop.atExit(james::stop);
        System.out.println("postlane: serving from " + home.root() + ", store " + store + ", var/ is " + var(home)
            + "; stop with Ctrl-C");
        awaitEnd();
        return 0;
    }

    /** The key that is made lies in var/, for conf/ may be read-only, as it is in a container. */
    private static void ownKeyWhereNoneWasGiven(Home home) {
        if (Files.exists(home.keystore()) || System.getProperty(Keystore.URL_PROPERTY) != null) {
            return;
        }
        Path keystore = home.root().resolve("var").resolve("keystore");
        System.setProperty(Keystore.URL_PROPERTY, "file://" + keystore);
        if (Keystore.makeIfMissing(keystore, hostName())) {
            System.out.println("postlane: made a self-signed key in " + keystore + "; -D" + Keystore.URL_PROPERTY
                + "=file://... names a real one (PKCS12)");
        }
    }

    /** It may be a link; who makes copies of the mail must know where it lies. */
    private static Path var(Home home) {
        Path var = home.root().resolve("var");
        try {
            return var.toRealPath();
        } catch (IOException e) {
            return var;
        }
    }

    private static void awaitEnd() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getCanonicalHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }
}
