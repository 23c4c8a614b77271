// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing.feed;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.ArrayList;
import java.util.List;

/**
 * One mail of a test, and every place where it has to be found at the end. The server that it is sent to has the users
 * {@link #SENDER}, {@link #BOB} and {@link #CAROL}, and the alias.
 *
 * @param id its Message-ID without brackets
 * @param recipients of RCPT
 * @param copies the copies that must be found, each named as {@link #copy} names it
 * @param octets of its body, about
 */
public record Letter(String id, List<String> recipients, List<String> copies, int octets) {
    /** Who sends, after a login, and who gets the reports. */
    public static final String SENDER = "alice@home.test";
    /** A user. */
    public static final String BOB = "bob@home.test";
    /** Another. */
    public static final String CAROL = "carol@home.test";
    /** An alias of {@link #CAROL}. */
    public static final String ALIAS = "friends@home.test";
    /** James keeps content of more than this in a file: another way to the disk. */
    private static final int LARGE = 150_000;
    private static final int SMALL = 2_000;
    private static final int LINE = 76;

    /** How a copy is named: the mail, and whose it is. */
    public static String copy(String id, String holder) {
        return id + " for " + holder;
    }

    /** How the report is named that the sender gets about a recipient who is refused. */
    public static String report(String recipient) {
        return "report of " + recipient;
    }

    /**
     * The n-th of a run: all types of recipients and sizes take turns. A host elsewhere shall refuse recipients that begin with
     * {@code no}, and put off, once, those that begin with {@code later}.
     *
     * @param run a word, so that the mails and the recipients elsewhere of two runs can be told apart; may be empty
     */
    public static Letter number(String run, int number) {
        String n = run + number;
        String id = "letter" + n + "@home.test";
        Writer writer = new Writer(id, number % 16 == 15 ? LARGE : SMALL);
        Writer filled = switch (number % 8) {
            case 0 -> writer.here(BOB);
            case 1 -> writer.here(BOB).here(CAROL);
            case 2 -> writer.alias();
            case 3 -> writer.elsewhere("reader" + n + "@quick.test");
            case 4 -> writer.elsewhere("later" + n + "@slow.test");
            case 5 -> writer.refused("no" + n + "@strict.test");
            case 6 -> writer.here(BOB).alias().elsewhere("reader" + n + "@quick.test").elsewhere("later" + n + "@slow.test");
            default -> writer.elsewhere("reader" + n + "@other.test").here(CAROL);
        };
        return filled.letter();
    }

    /** What goes out between 354 and the final dot, that included; it has no line that begins with a dot. */
    public byte[] content() {
        StringBuilder text = new StringBuilder("From: <" + SENDER + ">\r\nTo: undisclosed-recipients:;\r\nSubject: " + id
            + "\r\nDate: Mon, 23 Nov 2026 04:00:00 +0000\r\nMessage-ID: <" + id + ">\r\nMIME-Version: 1.0\r\n\r\n");
        for (int written = 0; written < octets; written += LINE + 2) {
            text.append("x".repeat(LINE)).append("\r\n");
        }
        return text.append("end of ").append(id).append("\r\n.\r\n").toString().getBytes(ISO_8859_1);
    }

    /** Gathers recipients and the copies that they mean. */
    private static final class Writer {
        private final String id;
        private final int octets;
        private final List<String> recipients = new ArrayList<>();
        private final List<String> copies = new ArrayList<>();

        Writer(String id, int octets) {
            this.id = id;
            this.octets = octets;
        }

        Writer here(String user) {
            recipients.add(user);
            copies.add(copy(id, user));
            return this;
        }

        Writer alias() {
            recipients.add(ALIAS);
            copies.add(copy(id, CAROL));
            return this;
        }

        Writer elsewhere(String recipient) {
            recipients.add(recipient);
            copies.add(copy(id, recipient));
            return this;
        }

        Writer refused(String recipient) {
            recipients.add(recipient);
            copies.add(report(recipient));
            return this;
        }

        Letter letter() {
            return new Letter(id, List.copyOf(recipients), List.copyOf(copies), octets);
        }
    }
}
