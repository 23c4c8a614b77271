// SPDX-License-Identifier: Apache-2.0
package org.postlane.server;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.concurrent.CountDownLatch;

/** The command {@code serve}: a server in the foreground, until it is told to end. */
final class Serve {
    private static final String LOGBACK_FILE = "logback.configurationFile";

    private Serve() {
    }

    /** Returns only when the server could not start. */
    static int run() {
        Home home = Home.locate().requireComplete();
        // Before the first logger is made.
        if (System.getProperty(LOGBACK_FILE) == null) {
            System.setProperty(LOGBACK_FILE, home.conf().resolve("logback.xml").toString());
        }
        MemoryJames.readJvmProperties(home);
        if (Keystore.makeIfMissing(home.keystore(), hostName())) {
            System.out.println("postlane: made a self-signed key in " + home.keystore() + "; put a real one in its place");
        }
        MemoryJames james = MemoryJames.start(home);
        CleanStop.atExit(james::stop);
        System.out.println("postlane: serving from " + home.root() + "; stop with Ctrl-C");
        awaitEnd();
        return 0;
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
