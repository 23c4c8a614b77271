// SPDX-License-Identifier: Apache-2.0
package org.postlane.server.demo;

import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

import org.postlane.testing.Statistics;
import org.postlane.testing.corpus.Adaptation;
import org.postlane.testing.corpus.CorpusMessage;
import org.postlane.testing.corpus.Deviation;

/** Prints what happened, from what was seen outside. */
final class Account {
    private static final String ROW = "  %-9s %8s %9s %8s %7s %6s %11s %12s %6s %9s %9s  %s%n";

    private final PrintStream out;
    private final List<CorpusMessage> messages;
    private final Ledger ledger;

    Account(PrintStream out, List<CorpusMessage> messages, Ledger ledger) {
        this.out = out;
        this.messages = messages;
        this.ledger = ledger;
    }

    /** Names the messages that SMTP cannot carry as they are. */
    void printAdaptations() {
        long lineEnds = messages.stream().filter(message -> message.adaptations().contains(Adaptation.LINE_ENDS)).count();
        out.printf("%nThe corpus: %d messages. %d of them got CRLF line ends (%s). Changed beyond that:%n", messages.size(),
            lineEnds, Adaptation.LINE_ENDS.why());
        for (CorpusMessage message : messages) {
            for (Adaptation adaptation : new TreeSet<>(message.adaptations())) {
                if (adaptation != Adaptation.LINE_ENDS) {
                    out.printf("  %s: %s,%n      because %s%n", message.name(), adaptation.what(), adaptation.why());
                }
            }
        }
    }

    /** The table, and what arrived changed. */
    void print(Sinks sinks, Duration elapsed) {
        out.printf("%nThe account (counted at the POP3 boxes and at the SMTP servers that play the world outside):%n%n");
        out.printf(ROW, "type", "accepted", "delivered", "deferred", "refused", "intact", "connections", "transactions", "reuse",
            "p50", "p99", "seen over");
        for (Type type : Type.values()) {
            Ledger.Sum sum = ledger.sum(type);
            boolean outside = type == Type.RELAY || type == Type.EXTERNAL;
            Statistics statistics = outside ? sinks.statistics(type) : null;
            out.printf(ROW, type.label(), sum.accepted(), sum.delivered(), sum.deferred(), sum.refused(), sum.intact(),
                outside ? statistics.connectionsOpened() : "-", outside ? statistics.transactions() : "-",
                outside ? reuse(statistics) : "-", latency(sum, 50), latency(sum, 99), type.seenOver());
        }
        out.printf("""

              %d messages to four recipients each in %.1f s. p50, p99: from the reply to the final dot to the arrival; POP3 is
              looked at every %d ms. reuse = 1 - connections / transactions, with at most 8 connections a host. intact: octet
              for octet what was sent, behind the trace fields that were put in front; a Return-Path is one of them.
            """, messages.size(), elapsed.toMillis() / 1000.0, Maildrop.INTERVAL.toMillis());
        for (Type type : Type.values()) {
            int repeated = ledger.sum(type).repeated();
            if (repeated > 0) {
                out.printf("  %s: %d messages arrived more than once%n", type.label(), repeated);
            }
            printDeviations(type);
        }
    }

    private void printDeviations(Type type) {
        Map<String, TreeSet<String>> namesOfDeviation = new TreeMap<>();
        ledger.deviations(type).forEach((name, found) -> {
            for (Deviation deviation : found) {
                namesOfDeviation.computeIfAbsent(Causes.of(type, deviation), any -> new TreeSet<>()).add(name);
            }
        });
        if (!namesOfDeviation.isEmpty()) {
            out.printf("%n  %s, differs from what was sent:%n", type.label());
        }
        namesOfDeviation.forEach((cause, names) -> out.printf("    %d: %s%n%s", names.size(), cause,
            names.size() <= 3 ? "       " + String.join(", ", names) + System.lineSeparator() : ""));
    }

    private static String reuse(Statistics statistics) {
        return statistics.transactions() == 0 ? "-"
            : String.format(Locale.ROOT, "%.3f", 1 - (double) statistics.connectionsOpened() / statistics.transactions());
    }

    private static String latency(Ledger.Sum sum, int percent) {
        return sum.latency().at(percent).map(duration -> duration.toMillis() + " ms").orElse("-");
    }
}
