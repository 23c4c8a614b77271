// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The engine in a process of its own, delivering to the fleet of the test that started it. It says what it has done in lines,
 * and ends when its input does.
 */
final class EngineProcess {
    static final String SENT = "SENT";

    private EngineProcess() {
    }

    /** What it sends before it waits for its end. */
    enum Work {
        /** One mail to {@code arguments[2]} recipients in {@code arguments[3]} domains. */
        HUGE_MAIL {
            @Override
            void send(Delivery delivery, String... arguments) throws Exception {
                delivery.send("huge", recipients(Integer.parseInt(arguments[0]), Integer.parseInt(arguments[1])));
            }
        },
        /** So many mails of so many octets, to 300 domains or to so many. */
        MUCH_MAIL {
            @Override
            void send(Delivery delivery, String... arguments) throws Exception {
                int octets = Integer.parseInt(arguments[1]);
                int domains = arguments.length > 2 ? Integer.parseInt(arguments[2]) : DOMAINS;
                for (int i = 0; i < Integer.parseInt(arguments[0]); i++) {
                    delivery.send(FleetDelivery.large("m" + i, octets, "x@" + FleetNames.domain(i % domains)));
                }
            }
        },
        /** Nothing: it finds its work in the queue. */
        NOTHING {
            @Override
            void send(Delivery delivery, String... arguments) {
                // The queue holds what a process before it left.
            }
        };

        abstract void send(Delivery delivery, String... arguments) throws Exception;
    }

    static final int DOMAINS = 300;
    /** Few, so that mails to few hosts follow each other on a connection. */
    static final int CONNECTIONS_PER_HOST = 4;

    static String[] recipients(int count, int domains) {
        List<String> recipients = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            recipients.add("u" + i + "@" + FleetNames.domain(i % domains));
        }
        return recipients.toArray(String[]::new);
    }

    /** Arguments: port of the fleet, directory for queue and journal or {@code memory}, the work and what it wants to know. */
    public static void main(String... arguments) throws Exception {
        Delivery delivery = new Delivery();
        delivery.dns = new FleetNames(Integer.parseInt(arguments[0]));
        delivery.queues.notesPuts = false;
        boolean durable = !arguments[1].equals("memory");
        DurableQueues queues = durable ? new DurableQueues(Path.of(arguments[1])) : null;
        if (durable) {
            delivery.factory = queues.factory();
            delivery.start("journal", "file://" + arguments[1] + "/journal", "maxConnections", "32",
                "maxConnectionsPerHost", Integer.toString(CONNECTIONS_PER_HOST));
        } else {
            delivery.start();
        }
        Work.valueOf(arguments[2]).send(delivery, Arrays.copyOfRange(arguments, 3, arguments.length));
        say(SENT);
        while (System.in.read() >= 0) {
            say("Not expected: input");
        }
        delivery.close();
        if (durable) {
            queues.close();
        }
        // The threads of brokers and queues do not all end by themselves.
        System.exit(0);
    }

    private static void say(String line) throws IOException {
        System.out.write((line + System.lineSeparator()).getBytes(UTF_8));
        System.out.flush();
    }
}
