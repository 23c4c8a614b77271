// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What each fault in each phase means for two recipients, a and b, and for the connection.
 *
 * <p>{@code D} delivered, {@code F} failed, {@code L} later (deferred), {@code A} ambiguous; {@code stale} a
 * {@link StaleConnectionException}; {@code session}, {@code host} and {@code policy} an {@link SmtpException} of that fault;
 * {@code +} the connection is usable afterwards, {@code -} it is closed. Where two transactions overlap, the outcome of each.
 * {@code pipe} is with PIPELINING, {@code turn} without, {@code both} both. RCPT goes wrong for b alone, after a was accepted.
 */
final class FaultTable {
    /** How a phase goes wrong. */
    enum Fault { CLOSE, RESET, STALL, CLOSING, TEMPORARY, PERMANENT, GARBAGE, MIXED, ENDLESS, LONG, SLOW, TWICE, REFUSED_TWICE }

    /** What goes wrong. */
    enum Phase {
        CONNECT, EHLO, STARTTLS, HANDSHAKE, HANDSHAKE_VERIFIED, AUTH, MAIL, MAIL_REUSED, RCPT, DATA, BODY, FINAL_DOT, RSET, IDLE,
        QUIT,
        /** The first BDAT of two, and the last. */
        CHUNK, LAST_CHUNK,
        /** The replies for each of the recipients to the final dot and to the last BDAT. */
        LMTP_FIRST, LMTP_SECOND, LMTP_FIRST_CHUNK, LMTP_SECOND_CHUNK,
        /** Content by BDAT right behind the unanswered envelope. */
        AHEAD_RSET, AHEAD_MAIL, AHEAD_RCPT, AHEAD_CHUNK, AHEAD_LAST,
        /** The end of one transaction by BDAT, all of the next behind it; MAIL and RCPT of that next. */
        OVER_LAST, OVER_MAIL, OVER_RCPT,
        /** The final dot of one transaction, the next up to DATA behind it; MAIL, RCPT and DATA of that next. */
        OVER_DOT, OVER_DOT_MAIL, OVER_DOT_RCPT, OVER_DOT_DATA
    }

    private static final String TABLE = """
        phase mode close reset stall 421 4xx 5xx garbage mixed endless long slow twice no-twice
        CONNECT both ? ? ? ? ? ? ? ? ? ? ? ? ?
        EHLO both ? ? ? ? ? ? ? ? ? ? ? ? ?
        STARTTLS both ? ? ? ? ? ? ? ? ? ? ? ? ?
        HANDSHAKE both ? ? ? ? ? ? ? ? ? ? ? ? ?
        HANDSHAKE_VERIFIED both ? ? ? ? ? ? ? ? ? ? ? ? ?
        AUTH both ? ? ? ? ? ? ? ? ? ? ? ? ?
        MAIL both ? ? ? ? ? ? ? ? ? ? ? ? ?
        MAIL_REUSED both ? ? ? ? ? ? ? ? ? ? ? ? ?
        RCPT both ? ? ? ? ? ? ? ? ? ? ? ? ?
        DATA both ? ? ? ? ? ? ? ? ? ? ? ? ?
        BODY both ? ? ? ? ? ? ? ? ? ? ? ? ?
        FINAL_DOT both ? ? ? ? ? ? ? ? ? ? ? ? ?
        RSET both ? ? ? ? ? ? ? ? ? ? ? ? ?
        IDLE both ? ? ? ? ? ? ? ? ? ? ? ? ?
        QUIT both ? ? ? ? ? ? ? ? ? ? ? ? ?
        CHUNK both ? ? ? ? ? ? ? ? ? ? ? ? ?
        LAST_CHUNK both ? ? ? ? ? ? ? ? ? ? ? ? ?
        LMTP_FIRST both ? ? ? ? ? ? ? ? ? ? ? ? ?
        LMTP_SECOND both ? ? ? ? ? ? ? ? ? ? ? ? ?
        LMTP_FIRST_CHUNK both ? ? ? ? ? ? ? ? ? ? ? ? ?
        LMTP_SECOND_CHUNK both ? ? ? ? ? ? ? ? ? ? ? ? ?
        AHEAD_RSET pipe ? ? ? ? ? ? ? ? ? ? ? ? ?
        AHEAD_MAIL pipe ? ? ? ? ? ? ? ? ? ? ? ? ?
        AHEAD_RCPT pipe ? ? ? ? ? ? ? ? ? ? ? ? ?
        AHEAD_CHUNK pipe ? ? ? ? ? ? ? ? ? ? ? ? ?
        AHEAD_LAST pipe ? ? ? ? ? ? ? ? ? ? ? ? ?
        OVER_LAST pipe ? ? ? ? ? ? ? ? ? ? ? ? ?
        OVER_MAIL pipe ? ? ? ? ? ? ? ? ? ? ? ? ?
        OVER_RCPT pipe ? ? ? ? ? ? ? ? ? ? ? ? ?
        OVER_DOT pipe ? ? ? ? ? ? ? ? ? ? ? ? ?
        OVER_DOT_MAIL pipe ? ? ? ? ? ? ? ? ? ? ? ? ?
        OVER_DOT_RCPT pipe ? ? ? ? ? ? ? ? ? ? ? ? ?
        OVER_DOT_DATA pipe ? ? ? ? ? ? ? ? ? ? ? ? ?
        """;

    private FaultTable() {
    }

    /** All faults in one phase. */
    record Row(Phase phase, boolean pipelining, List<String> expected) {
        @Override
        public String toString() {
            return phase + (pipelining ? ", pipelining" : ", in turn");
        }
    }

    static List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        TABLE.lines().filter(line -> !line.isBlank()).skip(1).map(line -> line.strip().split(" +")).forEach(words -> {
            List<String> cells = Arrays.asList(words).subList(2, words.length);
            for (boolean pipelining : new boolean[] {true, false}) {
                if (!words[1].equals(pipelining ? "turn" : "pipe")) {
                    rows.add(new Row(Phase.valueOf(words[0]), pipelining, cells));
                }
            }
        });
        return rows;
    }
}
