// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

/** What VRFY, EXPN or HELP asks about (RFC 5321 4.1.1.6 to 8). It cannot hold what would end the command early. Immutable. */
public final class SessionArgument {
    private final String text;

    private SessionArgument(String text) {
        this.text = text;
    }

    /**
     * An argument.
     *
     * @throws IllegalArgumentException when it is empty, has a character that is not printable ASCII, or makes the command
     *     longer than 512 octets
     */
    public static SessionArgument of(String text) {
        int most = SmtpLimits.COMMAND_LINE_OCTETS - "VRFY \r\n".length();
        if (text.isBlank() || text.length() > most || !text.chars().allMatch(c -> c >= ' ' && c <= '~')) {
            throw new IllegalArgumentException("Expected 1 to " + most + " printable ASCII characters, got "
                + ReplyDecoder.printable(text));
        }
        return new SessionArgument(text);
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof SessionArgument && text.equals(((SessionArgument) o).text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
