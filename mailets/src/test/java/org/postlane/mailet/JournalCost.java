// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

import com.sun.management.OperatingSystemMXBean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postlane.outbound.settings.AgreedJournal;
import org.postlane.testing.fleet.Fleet;

/**
 * What the delivery journal costs from end to end: the same mails through the engine with and without it, in turn, to hosts in
 * another process. It asserts nothing and prints figures; the build does not run it, only its name does
 * ({@code -Dtest=JournalCost}).
 */
class JournalCost {
    private static final int MAILS = Integer.getInteger("postlane.cost.mails", 20_000);
    private static final int ROUNDS = Integer.getInteger("postlane.cost.rounds", 7);
    private static final int WARM_UP_ROUNDS = 2;
    private static final int DOMAINS = Integer.getInteger("postlane.cost.domains", 100);
    /** What every line of figures begins with. */
    private static final String FIGURES = "journal cost: ";

    private final OperatingSystemMXBean machine = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

    /** One run: mails a second, and microseconds of processor time a mail. */
    private record Run(double rate, double processor) {
    }

    /** Hosts that take everything, and keep none of it. Says its port. */
    static final class Hosts {
        private Hosts() {
        }

        public static void main(String... arguments) throws IOException {
            try (Fleet fleet = Fleet.everywhere().onMail(mail -> { })) {
                CostProcesses.serve(fleet);
            }
        }
    }

    /** The engine, without what tests switch on to find leaks. Arguments: port, directory, mails, rounds, domains. */
    static final class Engine {
        private Engine() {
        }

        public static void main(String... arguments) throws Exception {
            new JournalCost().measure(Integer.parseInt(arguments[0]), Path.of(arguments[1]), Integer.parseInt(arguments[2]),
                Integer.parseInt(arguments[3]), Integer.parseInt(arguments[4]));
            System.exit(0);
        }
    }

    @Test
    void printWhatTheJournalCosts(@TempDir Path directory) throws Exception {
        CostProcesses.run(FIGURES, Hosts.class, Engine.class, directory, MAILS, ROUNDS, DOMAINS);
    }

    private void measure(int port, Path directory, int mails, int rounds, int domains) throws Exception {
        List<Run> without = new ArrayList<>();
        List<Run> with = new ArrayList<>();
        for (int round = 0; round < WARM_UP_ROUNDS + rounds; round++) {
            Run bare = run(port, mails, domains, AgreedJournal.NONE);
            Run kept = run(port, mails, domains, "file://" + directory.resolve("journal-" + round));
            if (round >= WARM_UP_ROUNDS) {
                without.add(bare);
                with.add(kept);
            }
            CostProcesses.print(String.format(Locale.ROOT, FIGURES
                + "round %d: without %.0f mails/s, %.0f us of processor time a mail; with %.0f mails/s, %.0f us",
                round, bare.rate, bare.processor, kept.rate, kept.processor));
        }
        CostProcesses.print(String.format(Locale.ROOT, FIGURES
            + "%d mails to %d domains, median of %d: rate with / without %.3f, processor time with / without %.3f",
            mails, domains, rounds, ratio(with, without, Run::rate), ratio(with, without, Run::processor)));
    }

    private Run run(int port, int mails, int domains, String journal) throws Exception {
        try (Delivery delivery = new Delivery()) {
            delivery.dns = new FleetNames(port);
            delivery.queues.notesPuts = false;
            delivery.started.set(false);
            delivery.start(AgreedJournal.JOURNAL, journal);
            for (int i = 0; i < mails; i++) {
                delivery.send("m" + i, "u" + i + "@" + FleetNames.domain(i % domains));
            }
            long processor = machine.getProcessCpuTime();
            long began = System.nanoTime();
            delivery.started.set(true);
            Awaitility.await().atMost(Duration.ofMinutes(5)).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(5))
                .until(() -> delivery.metrics.countFor(CostProcesses.DELIVERED) >= mails);
            long took = System.nanoTime() - began;
            return new Run(mails * 1e9 / took, (machine.getProcessCpuTime() - processor) / 1e3 / mails);
        }
    }

    /** The median of the pairs: what else the machine does hits both runs of a round alike. */
    private static double ratio(List<Run> over, List<Run> under, ToDoubleFunction<Run> figure) {
        double[] ratios = new double[over.size()];
        Arrays.setAll(ratios, i -> figure.applyAsDouble(over.get(i)) / figure.applyAsDouble(under.get(i)));
        Arrays.sort(ratios);
        return ratios[ratios.length / 2];
    }
}
