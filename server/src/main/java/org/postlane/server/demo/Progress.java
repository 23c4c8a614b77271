// SPDX-License-Identifier: Apache-2.0
package org.postlane.server.demo;

import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.function.IntSupplier;

/** One line that says how far things are: rewritten in place on a terminal; elsewhere a new one at most every two seconds. */
final class Progress {
    private static final Duration ELSEWHERE = Duration.ofSeconds(2);

    private final PrintStream out;
    /** Told by the launcher: Java cannot tell in the same way on every version. */
    private final boolean terminal = Boolean.getBoolean("postlane.terminal");
    private final int messages;
    private final IntSupplier sent;
    private final Ledger ledger;
    private Instant last = Instant.EPOCH;
    private String shown = "";

    Progress(PrintStream out, int messages, IntSupplier sent, Ledger ledger) {
        this.out = out;
        this.messages = messages;
        this.sent = sent;
        this.ledger = ledger;
    }

    /** Shows the state, unless it was shown a moment ago. */
    void show() {
        if (terminal) {
            out.print("\r" + line());
            out.flush();
        } else if (!line().equals(shown) && Duration.between(last, Instant.now()).compareTo(ELSEWHERE) >= 0) {
            last = Instant.now();
            shown = line();
            out.println(shown);
        }
    }

    /** Shows the last state and ends the line. */
    void end() {
        out.println(terminal ? "\r" + line() : line());
    }

    private String line() {
        StringBuilder line = new StringBuilder(String.format("  sent %2d/%d, arrived:", sent.getAsInt(), messages));
        for (Type type : Type.values()) {
            line.append(String.format(" %s %2d", type.label(), ledger.delivered(type)));
        }
        return line.toString();
    }
}
