// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.auth;

import java.util.List;
import java.util.Locale;

import org.apache.james.protocols.api.Response;
import org.apache.james.protocols.smtp.SMTPResponse;

/** The line of EHLO about AUTH: James writes its own, and there may be but one (RFC 4954 3). */
final class Announcement {
    private static final String VERB = "AUTH";
    private static final int CODE_LENGTH = 4;

    private Announcement() {
    }

    /** The reply to EHLO with these mechanisms and no others; in both forms, as James does it for clients of long ago. */
    static Response correct(Response ehlo, List<String> mechanisms) {
        SMTPResponse corrected = null;
        for (CharSequence line : ehlo.getLines()) {
            String text = line.toString().substring(CODE_LENGTH);
            if (corrected == null) {
                corrected = new SMTPResponse(ehlo.getRetCode(), text);
            } else if (!isAboutAuth(text)) {
                corrected.appendLine(text);
            }
        }
        if (corrected != null && !mechanisms.isEmpty()) {
            String names = String.join(" ", mechanisms);
            corrected.appendLine(VERB + " " + names);
            corrected.appendLine(VERB + "=" + names);
        }
        return corrected == null ? ehlo : corrected;
    }

    private static boolean isAboutAuth(String line) {
        String upper = line.toUpperCase(Locale.US);
        return upper.equals(VERB) || upper.startsWith(VERB + " ") || upper.startsWith(VERB + "=");
    }
}
