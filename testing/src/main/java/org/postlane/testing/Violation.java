// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing;

/**
 * Something that the client did and a correct client does not do. The server goes on as far as it can.
 *
 * @param connectionId on which connection
 * @param kind what it is
 * @param detail the line or the place, for a reader
 */
public record Violation(int connectionId, Kind kind, String detail) {

    /** The rules that the server watches. */
    public enum Kind {
        /** LF without CR, in a command or in content (RFC 5321, 2.3.8). */
        BARE_LF,
        /** CR without LF, in a command or in content (RFC 5321, 2.3.8). */
        BARE_CR,
        /** A content line of more than 998 octets without its CRLF (RFC 5321, 4.5.3.1.6). */
        LONG_LINE,
        /** A content line that starts with one dot and goes on: nobody stuffed it (RFC 5321, 4.5.2). */
        UNSTUFFED_DOT,
        /** NUL in content or a control character in a command. */
        CONTROL_CHARACTER,
        /** Octets over 127 in content without BODY=8BITMIME or BODY=BINARYMIME, or in a command without SMTPUTF8. */
        UNANNOUNCED_8BIT,
        /** A command that the state does not allow (503). */
        OUT_OF_ORDER,
        /** More input before the reply was sent although PIPELINING was not offered (RFC 2920). */
        UNASKED_PIPELINING,
        /** More input behind a command that must be the last of its group: EHLO, STARTTLS, QUIT, NOOP (RFC 2920, 3.1). */
        NOT_LAST_IN_GROUP,
        /** Content before 354. */
        CONTENT_BEFORE_354,
        /** The client spoke before the greeting. */
        SPOKE_BEFORE_GREETING,
        /** A command that does not follow the grammar, although the server may have understood it. */
        MALFORMED_COMMAND,
        /** A command that this server does not have or did not offer. */
        UNKNOWN_COMMAND,
        /** A parameter of MAIL or RCPT that belongs to an extension that was not offered. */
        UNOFFERED_PARAMETER,
        /** A parameter of MAIL or RCPT whose value does not follow the grammar of its extension, or that is there twice. */
        MALFORMED_PARAMETER,
        /** REQUIRETLS on a connection without TLS (RFC 8689, 4.1). */
        REQUIRETLS_IN_THE_CLEAR
    }
}
