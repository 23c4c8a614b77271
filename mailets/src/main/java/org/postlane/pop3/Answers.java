// SPDX-License-Identifier: Apache-2.0
package org.postlane.pop3;

import java.io.InputStream;

import org.apache.james.protocols.api.Response;
import org.apache.james.protocols.pop3.POP3Response;

/** Makes responses. Response codes are those of RFC 2449 8 and RFC 3206. */
final class Answers {
    static final String AUTH = "[AUTH] ";
    static final String IN_USE = "[IN-USE] ";
    static final String TEMPORARY = "[SYS/TEMP] ";

    private Answers() {
    }

    static POP3Response ok(String text) {
        return new POP3Response(POP3Response.OK_RESPONSE, text);
    }

    static POP3Response error(String text) {
        return new POP3Response(POP3Response.ERR_RESPONSE, text);
    }

    static POP3Response error(String code, String text) {
        return error(code + text);
    }

    /** A multi-line response; {@code body} is stuffed already, and its last line is the dot. */
    static Response multiline(String text, InputStream body) {
        return new Multiline(text, body);
    }

    static POP3Response ending(POP3Response response) {
        response.setEndSession(true);
        return response;
    }

    /** A response with lines behind its first one. */
    static final class Multiline extends POP3Response {
        private final InputStream body;

        private Multiline(String text, InputStream body) {
            super(OK_RESPONSE, text);
            this.body = body;
        }

        InputStream body() {
            return body;
        }
    }
}
