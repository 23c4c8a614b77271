// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver;

import java.util.List;

import org.apache.james.protocols.api.Response;
import org.apache.james.protocols.smtp.SMTPRetCode;

/**
 * What a handler answers that has nothing to say: James' JMX statistics cannot count a response that is missing, nor its log one
 * without a code.
 */
public enum Silence implements Response {
    /** It has no line, and so nothing is sent. */
    RESPONSE;

    @Override
    public String getRetCode() {
        return SMTPRetCode.MAIL_OK;
    }

    @Override
    public List<CharSequence> getLines() {
        return List.of();
    }

    @Override
    public boolean isEndSession() {
        return false;
    }
}
