// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.settlement;

import org.apache.james.transport.mailets.remote.delivery.Bouncer;
import org.apache.mailet.Attribute;
import org.apache.mailet.AttributeValue;
import org.apache.mailet.Mail;
import org.postlane.outbound.mail.Verdict;

/** The attributes by which stock James' matchers and mailets know why a mail failed. */
final class FailureMarks {
    private FailureMarks() {
    }

    /**
     * Marks a mail.
     *
     * @param verdict of all of its recipients; null where they differ
     * @param permanent whether a server or DNS refused for good, rather than our patience having ended
     */
    static void set(Mail mail, String explanation, Verdict verdict, boolean permanent) {
        mail.setAttribute(new Attribute(Bouncer.DELIVERY_ERROR, AttributeValue.of(permanent ? explanation
            : "Given up after too many attempts; the last one ended with: " + explanation)));
        mail.setAttribute(new Attribute(Bouncer.IS_DELIVERY_PERMANENT_ERROR, AttributeValue.of(permanent)));
        mail.removeAttribute(Bouncer.DELIVERY_ERROR_CODE);
        if (verdict != null) {
            verdict.code().ifPresent(code ->
                mail.setAttribute(new Attribute(Bouncer.DELIVERY_ERROR_CODE, AttributeValue.of(code))));
        }
    }
}
