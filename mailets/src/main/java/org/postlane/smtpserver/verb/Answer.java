// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.verb;

import java.util.List;

import org.apache.james.protocols.api.Response;
import org.apache.james.protocols.smtp.SMTPResponse;
import org.apache.james.protocols.smtp.hook.HookResult;
import org.apache.james.protocols.smtp.hook.HookReturnCode;

/** Replies, each line with the enhanced status code (RFC 2034 4). Stateless. */
final class Answer {
    private Answer() {
    }

    /** One line: {@code 501 5.5.4 text}. */
    static Response of(String code, String enhancedCode, String text) {
        return new SMTPResponse(code, enhancedCode + " " + text);
    }

    /** One line, behind which James closes the connection. */
    static Response last(String code, String enhancedCode, String text) {
        SMTPResponse response = new SMTPResponse(code, enhancedCode + " " + text);
        response.setEndSession(true);
        return response;
    }

    /** Several lines, at least one. */
    static Response of(String code, String enhancedCode, List<String> lines) {
        SMTPResponse response = new SMTPResponse(code, enhancedCode + " " + lines.get(0));
        lines.stream().skip(1).forEach(line -> response.appendLine(enhancedCode + " " + line));
        return response;
    }

    /** What a hook refuses with. */
    static HookResult refusal(String code, String enhancedCode, String text) {
        return HookResult.builder()
            .hookReturnCode(code.startsWith("4") ? HookReturnCode.denySoft() : HookReturnCode.deny())
            .smtpReturnCode(code)
            .smtpDescription(enhancedCode + " " + text)
            .build();
    }
}
