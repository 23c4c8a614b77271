// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** What each fault in each phase means for two recipients, a and b, and for the connection: {@code fault-table.txt}. */
final class FaultTable {
    /** How a phase goes wrong. */
    enum Fault {
        CLOSE, RESET, STALL, CLOSING, TEMPORARY, PERMANENT, GARBAGE, MIXED, ENDLESS, LONG, SLOW, TWICE,
        REFUSED_TWICE, MISSING
    }

    /** What goes wrong. */
    enum Phase {
        CONNECT, EHLO, STARTTLS, HANDSHAKE, HANDSHAKE_VERIFIED, AUTH, MAIL, MAIL_REUSED, RCPT, DATA, BODY, FINAL_DOT, RSET, IDLE,
        QUIT,
        /** The BDAT of one octet that is the first on a connection, the next, and the last. */
        PROBE, CHUNK, LAST_CHUNK,
        /** The replies for each of the recipients to the final dot and to the last BDAT. */
        LMTP_FIRST, LMTP_SECOND, LMTP_FIRST_CHUNK, LMTP_SECOND_CHUNK,
        /** Content by BDAT right behind the unanswered envelope. */
        AHEAD_RSET, AHEAD_MAIL, AHEAD_RCPT, AHEAD_CHUNK, AHEAD_LAST,
        /** The end of one transaction by BDAT, all of the next behind it; MAIL and RCPT of that next. */
        OVER_LAST, OVER_MAIL, OVER_RCPT,
        /** The final dot of one transaction, the next up to DATA behind it; MAIL, RCPT and DATA of that next. */
        OVER_DOT, OVER_DOT_MAIL, OVER_DOT_RCPT, OVER_DOT_DATA
    }

    private FaultTable() {
    }

    /** All faults in one phase. */
    record Row(Phase phase, boolean pipelining, Map<Fault, String> expected) {
        @Override
        public String toString() {
            return phase + (pipelining ? ", pipelining" : ", in turn");
        }
    }

    private static String table() {
        try (InputStream in = FaultTable.class.getResourceAsStream("fault-table.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        table().lines().filter(line -> !line.startsWith("#")).forEach(line -> {
            String[] words = line.split(" +");
            Map<Fault, String> cells = new EnumMap<>(Fault.class);
            for (Fault fault : Fault.values()) {
                cells.put(fault, words[2 + cells.size()]);
            }
            if (words.length != 2 + cells.size()) {
                throw new IllegalStateException("More cells than faults: " + line);
            }
            for (boolean pipelining : new boolean[] {true, false}) {
                if (!words[1].equals(pipelining ? "turn" : "pipe")) {
                    rows.add(new Row(Phase.valueOf(words[0]), pipelining, cells));
                }
            }
        });
        return rows;
    }
}
