// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.attempt;

import java.util.Optional;
import java.util.function.Function;

import org.apache.james.core.MailAddress;
import org.postlane.outbound.mail.Verdict;
import org.postlane.schedule.Refusal;
import org.postlane.smtp.EnhancedCode;
import org.postlane.smtp.Fault;
import org.postlane.smtp.RecipientResult;

/** What it means for a recipient that the scheduler gave no turn. */
final class RefusedTurn {
    private RefusedTurn() {
    }

    /**
     * The verdict on each recipient; empty where James is stopping, and nothing may be said.
     *
     * @param counts whether a penalty that is met counts as an attempt
     */
    static Optional<Function<MailAddress, Verdict>> verdict(Refusal refusal, boolean counts) {
        switch (refusal.kind()) {
            case NO_ROOM:
                return Optional.of(recipient -> Verdict.postponed(recipient, refusal.reason()).notBefore(refusal.remaining()));
            case PENALISED:
                String why = "4.4.1 Not tried because the destination could not be reached: " + refusal.reason();
                return Optional.of(recipient -> (counts
                    ? new Verdict(recipient, RecipientResult.deferred(Fault.HOST, why), "-")
                    : Verdict.postponed(recipient, why)).notBefore(refusal.remaining()));
            case BOUNCED:
                RecipientResult failed = RecipientResult.failed(Fault.POLICY, permanent(refusal.reason()));
                return Optional.of(recipient -> new Verdict(recipient, failed, "-"));
            default:
                return Optional.empty();
        }
    }

    /** The administrator's words, with his enhanced code (RFC 3463) or one that says that it was decided here. */
    private static String permanent(String reason) {
        return reason.startsWith("5.") && EnhancedCode.at(reason).isPresent() ? reason : "5.7.1 " + reason;
    }
}
