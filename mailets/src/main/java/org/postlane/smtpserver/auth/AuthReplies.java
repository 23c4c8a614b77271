// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.auth;

import java.util.Base64;

import org.apache.james.protocols.api.Response;
import org.apache.james.protocols.smtp.SMTPResponse;

/** What AUTH is answered (RFC 4954 4 and 6, codes of RFC 5248). */
final class AuthReplies {
    static final Response SUCCEEDED = reply("235", "2.7.0 Authentication successful");
    /** The same whatever was wrong. */
    static final Response FAILED = reply("535", "5.7.8 Authentication credentials invalid");
    static final Response NO_ANSWER_YET = reply("454", "4.7.0 Temporary authentication failure, try again later");
    static final Response MALFORMED = reply("501", "5.5.2 Cannot read this response");
    static final Response CANCELLED = reply("501", "5.7.0 Authentication cancelled");
    static final Response TOO_LONG = reply("500", "5.5.6 Authentication exchange line is too long");
    static final Response USAGE = reply("501", "5.5.4 Usage: AUTH mechanism [initial-response]");
    static final Response UNKNOWN_MECHANISM = reply("504", "5.5.4 Unrecognized authentication type");
    static final Response NEEDS_TLS = reply("538", "5.7.11 Encryption required for authentication: STARTTLS first");
    static final Response NOT_OFFERED = reply("503", "5.5.1 Authentication is not offered here");
    static final Response HELLO_FIRST = reply("503", "5.5.1 EHLO first");
    static final Response ALREADY = reply("503", "5.5.1 Already authenticated");
    static final Response WITHIN_MAIL = reply("503", "5.5.1 Not within a mail transaction");

    private AuthReplies() {
    }

    static Response tooManyFailures() {
        SMTPResponse response = new SMTPResponse("421", "4.7.0 Too many failed logins, closing connection");
        response.setEndSession(true);
        return response;
    }

    static Response challenge(byte[] octets) {
        return reply("334", Base64.getEncoder().encodeToString(octets));
    }

    private static Response reply(String code, String text) {
        return new SMTPResponse(code, text).immutable();
    }
}
