// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.postlane.testing.fleet.Fleet;
import org.postlane.testing.fleet.HostBehaviour;
import org.postlane.testing.fleet.Phase;

/**
 * What domains that stall in every phase in turn cost one that works: its rate beside them over its rate alone, in the same
 * engine, the hosts in another process. It asserts nothing and prints figures; the build does not run it, only its name does
 * ({@code -Dtest=TarpitCost}).
 */
class TarpitCost {
    private static final int TARPITS = 300;
    private static final int HEALTHY = 100_000;
    private static final int MAILS = Integer.getInteger("postlane.cost.mails", 10_000);
    private static final int TARPIT_MAILS = Integer.getInteger("postlane.cost.tarpitMails", 100);
    private static final int ROUNDS = Integer.getInteger("postlane.cost.rounds", 3);
    private static final int LARGE = 1 << 20;
    private static final List<Phase> PHASES = List.of(Phase.values());
    private static final String HANDED_BACK = "postlane.outbound.handedBack";
    /** What every line of figures begins with. */
    private static final String FIGURES = "tarpit cost: ";

    private static Phase phaseOf(int tarpit) {
        return PHASES.get(tarpit % PHASES.size());
    }

    /** Hosts that stall, and others that take everything and keep none of it. Says its port. */
    static final class Hosts {
        private Hosts() {
        }

        public static void main(String... arguments) throws IOException {
            try (Fleet fleet = Fleet.everywhere().onMail(mail -> { })) {
                for (int i = 0; i < TARPITS; i++) {
                    fleet.host(FleetNames.address(i)).behave(HostBehaviour.healthy().stallingAt(phaseOf(i)));
                }
                CostProcesses.serve(fleet);
            }
        }
    }

    /** The engine, without what tests switch on to find leaks. Arguments: port, mails, mails for each tarpit, rounds. */
    static final class Engine {
        private Engine() {
        }

        public static void main(String... arguments) throws Exception {
            int rounds = Integer.parseInt(arguments[3]);
            double[] ratios = new double[rounds];
            for (int round = 0; round < rounds; round++) {
                ratios[round] = round(Integer.parseInt(arguments[0]), Integer.parseInt(arguments[1]),
                    Integer.parseInt(arguments[2]), round);
            }
            Arrays.sort(ratios);
            CostProcesses.print(String.format(Locale.ROOT, FIGURES + "median of %d rounds: %.3f", rounds, ratios[rounds / 2]));
            System.exit(0);
        }
    }

    @Test
    void printWhatTarpitsCostADomainThatWorks() throws Exception {
        CostProcesses.run(FIGURES, Hosts.class, Engine.class, MAILS, TARPIT_MAILS, ROUNDS);
    }

    private static double round(int port, int mails, int tarpitMails, int round) throws Exception {
        try (Delivery delivery = new Delivery()) {
            delivery.dns = new FleetNames(port);
            delivery.queues.notesPuts = false;
            delivery.start("mxPort", String.valueOf(port));
            // Nobody is fast in his first seconds.
            rate(delivery, "warm" + round, mails);
            double alone = rate(delivery, "alone" + round, mails);
            for (int mail = 0; mail < tarpitMails; mail++) {
                for (int i = 0; i < TARPITS; i++) {
                    String name = "t" + round + "-" + i + "-" + mail;
                    String recipient = "x@" + FleetNames.domain(i);
                    // A content that fits into the buffers between stalls at its final dot.
                    if (phaseOf(i) == Phase.CONTENT && mail == 0) {
                        delivery.send(FleetDelivery.large(name, LARGE, recipient));
                    } else {
                        delivery.send(name, recipient);
                    }
                }
            }
            Awaitility.await().atMost(Duration.ofMinutes(2)).until(() -> delivery.engine.stats().open() >= TARPITS * 9 / 10);
            int back = delivery.metrics.countFor(HANDED_BACK);
            double beside = rate(delivery, "beside" + round, mails);
            back = delivery.metrics.countFor(HANDED_BACK) - back;
            CostProcesses.print(String.format(Locale.ROOT, FIGURES
                + "round %d: %d mails alone %.0f/s, beside %d tarpits with %d mails each %.0f/s: %.3f;"
                + " %d handed back meanwhile; %s",
                round, mails, alone, TARPITS, tarpitMails, beside, beside / alone, back,
                delivery.engine.stats()));
            return beside / alone;
        }
    }

    private static double rate(Delivery delivery, String name, int mails) throws Exception {
        int before = delivery.metrics.countFor(CostProcesses.DELIVERED);
        long began = System.nanoTime();
        for (int i = 0; i < mails; i++) {
            delivery.send(name + "-" + i, "u" + i + "@" + FleetNames.domain(HEALTHY));
        }
        Awaitility.await().atMost(Duration.ofMinutes(5)).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(5))
            .until(() -> delivery.metrics.countFor(CostProcesses.DELIVERED) >= before + mails);
        return mails * 1e9 / (System.nanoTime() - began);
    }
}
