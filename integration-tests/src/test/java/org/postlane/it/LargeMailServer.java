// SPDX-License-Identifier: Apache-2.0
package org.postlane.it;

/**
 * A James in a JVM of its own, with the project's conf/ and James' ActiveMQ queue as its JPA and Cassandra apps have it: messages
 * are files beside the broker. Says {@code port N} on stdout when it accepts mail on N, and ends when its input does.
 */
final class LargeMailServer {
    static final String SAYS = "port ";

    private LargeMailServer() {
    }

    public static void main(String[] arguments) throws Exception {
        try (JamesUnderTest james = JamesUnderTest.postlane()
                .replace("smtpserver.xml", "<maxmessagesize>50M</maxmessagesize>", "<maxmessagesize>300M</maxmessagesize>")
                .domain("local.test")
                .mx("relay.test", Integer.parseInt(arguments[0]))
                .override(new ActiveMqQueues())
                .start()) {
            System.out.println(SAYS + james.port("smtp"));
            while (System.in.read() >= 0) {
                // Only its end counts.
            }
        }
    }
}
