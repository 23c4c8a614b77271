// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver;

import java.util.Locale;

import org.apache.james.protocols.smtp.hook.HookResult;
import org.apache.james.protocols.smtp.hook.HookReturnCode;

/** Why a client, a sender or a recipient is refused, and in what words. Immutable. */
public final class Rejection {
    /** RFC 5321 4.5.3.1.5 bounds the whole reply line at 512 octets. */
    private static final int MOST_TEXT = 480;

    /** By what metrics and logs tell one refusal from another. */
    public enum Reason {
        /** The listener has as many connections as it may have. */
        TOO_MANY_CONNECTIONS,
        /** The client's network has. */
        TOO_MANY_CONNECTIONS_PER_ADDRESS,
        /** More commands in a minute than a connection may send. */
        TOO_MANY_COMMANDS,
        /** More errors than a connection may make. */
        TOO_MANY_ERRORS,
        /** More messages in an hour than the client's network may send. */
        TOO_MANY_MESSAGES_PER_ADDRESS,
        /** More messages in an hour than the user may send. */
        TOO_MANY_MESSAGES_PER_USER,
        /** The client's network is blocked by configuration. */
        BLOCKED_NETWORK,
        /** A DNS list has the client. */
        DNS_LIST,
        /** The client's address has no name, or one that does not lead back to it. */
        REVERSE_DNS,
        /** Nobody has logged in where that is needed. */
        AUTH_REQUIRED,
        /** The sender is no address, or one of a form that is not taken. */
        SENDER_SYNTAX,
        /** Nobody could answer mail from the sender's domain. */
        SENDER_DOMAIN,
        /** The recipient is no address, or one of a form that is not taken. */
        RECIPIENT_SYNTAX,
        /** DNS has no answer now, and it was needed. */
        DNS_FAILURE;

        /** As it stands in the names of metrics and in the log. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    private final Reason reason;
    private final String code;
    private final String text;

    private Rejection(Reason reason, String code, String text) {
        this.reason = reason;
        this.code = code;
        // What clients and lists say comes in here; a reply is one line of ASCII.
        String printable = text.replaceAll("[^\\x20-\\x7e]", "?");
        this.text = printable.length() > MOST_TEXT ? printable.substring(0, MOST_TEXT) : printable;
    }

    /**
     * A refusal.
     *
     * @param code three digits, the first of them 4 or 5
     * @param text begins with the enhanced code (RFC 3463)
     */
    public static Rejection of(Reason reason, String code, String text) {
        return new Rejection(reason, code, text);
    }

    /** Why. */
    public Reason reason() {
        return reason;
    }

    /** Three digits. */
    public String code() {
        return code;
    }

    /** One line of printable ASCII, with the enhanced code at its beginning. */
    public String text() {
        return text;
    }

    HookResult asHookResult() {
        return HookResult.builder()
            .hookReturnCode(code.startsWith("4") ? HookReturnCode.denySoft() : HookReturnCode.deny())
            .smtpReturnCode(code).smtpDescription(text).build();
    }

    @Override
    public String toString() {
        return code + " " + text;
    }
}
