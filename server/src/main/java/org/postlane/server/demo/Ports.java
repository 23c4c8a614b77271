// SPDX-License-Identifier: Apache-2.0
package org.postlane.server.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/**
 * The loopback ports of the demonstration: the well-known number plus 2000 where it is free, else any free one.
 *
 * @param smtp for mail from the world
 * @param submission with AUTH
 * @param submissions with AUTH, over TLS
 * @param pop3 plain
 * @param pop3s over TLS
 * @param imap plain
 * @param imaps over TLS
 * @param webadmin HTTP
 */
record Ports(int smtp, int submission, int submissions, int pop3, int pop3s, int imap, int imaps, int webadmin) {
    static final String HOST = "127.0.0.1";

    static Ports choose() {
        return new Ports(free(2525), free(2587), free(2465), free(2110), free(2995), free(2143), free(2993), free(8000));
    }

    private static int free(int preferred) {
        try {
            return tryPort(preferred);
        } catch (IOException taken) {
            try {
                return tryPort(0);
            } catch (IOException e) {
                throw new UncheckedIOException("no free port on " + HOST, e);
            }
        }
    }

    private static int tryPort(int port) throws IOException {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getByName(HOST), port));
            return socket.getLocalPort();
        }
    }

    /** Sets the properties that conf/ takes its addresses from. */
    void apply() {
        bind("smtp", smtp);
        bind("submission", submission);
        bind("submissions", submissions);
        bind("pop3", pop3);
        bind("pop3s", pop3s);
        bind("imap", imap);
        bind("imaps", imaps);
        System.setProperty("postlane.webadmin.host", HOST);
        System.setProperty("postlane.webadmin.port", Integer.toString(webadmin));
    }

    private static void bind(String listener, int port) {
        System.setProperty("postlane." + listener + ".bind", HOST + ":" + port);
    }
}
