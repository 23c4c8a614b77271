// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver;

import java.util.Map;
import java.util.Optional;

import org.apache.james.core.MailAddress;
import org.apache.james.core.MaybeSender;
import org.apache.james.protocols.smtp.hook.HookResult;
import org.apache.james.protocols.smtp.hook.HookReturnCode;
import org.postlane.recipient.Refusal;
import org.postlane.recipient.SenderIdentity;

/** What MAIL and RCPT are answered. Stateless. */
final class RcptReplies {
    private RcptReplies() {
    }

    /** Whether the mail takes this recipient as one more. */
    static boolean isRoomFor(Map<MailAddress, ?> accepted, MailAddress recipient, int max) {
        return accepted.size() < max && !accepted.containsKey(recipient);
    }

    /** Accepted, though James must not add it once more: to James this is a refusal with a strange code. */
    static HookResult hasItAlready(MailAddress recipient) {
        return result(HookReturnCode.deny(), "250", "2.1.5 Recipient <" + recipient.asString() + "> OK");
    }

    /** RFC 5321 4.5.3.1.10. */
    static HookResult tooMany(int max) {
        return result(HookReturnCode.denySoft(), "452", "4.5.3 Too many recipients: at most " + max + " for one mail, send the "
            + "others with another one");
    }

    static HookResult unknown(MailAddress recipient, Optional<Refusal> refusal) {
        return refusal
            .map(words -> result(words.isTemporary() ? HookReturnCode.denySoft() : HookReturnCode.deny(),
                words.replyCode(), words.enhancedCode() + " " + words.text()))
            .orElseGet(() -> result(HookReturnCode.deny(), "550", "5.1.1 Unknown user: " + recipient.asString()));
    }

    /** RFC 4954 6 where a login would help. */
    static HookResult mayNotRelay(MailAddress recipient, boolean loginHelps) {
        return loginHelps
            ? result(HookReturnCode.deny(), "530", "5.7.0 Authentication required to send to " + recipient.asString())
            : result(HookReturnCode.deny(), "550", "5.7.1 Relaying denied: " + recipient.asString());
    }

    /** Empty where the sender is accepted. */
    static Optional<HookResult> toSender(MaybeSender sender, SenderIdentity.Verdict verdict) {
        switch (verdict) {
            case NOT_YOURS:
                return Optional.of(result(HookReturnCode.deny(), "550",
                    "5.7.1 Sender <" + sender.asOptional().map(MailAddress::asString).orElse("") + "> does not belong to you"));
            case LOGIN_NEEDED:
                return Optional.of(result(HookReturnCode.deny(), "530", "5.7.0 Authentication required to send as "
                    + sender.asString()));
            case ACCEPTED:
            default:
                return Optional.empty();
        }
    }

    static HookResult lookupFailed(String address) {
        return result(HookReturnCode.denySoft(), "451", "4.3.0 Temporary lookup failure for " + address);
    }

    static HookResult stillStarting(MailAddress recipient) {
        return result(HookReturnCode.denySoft(), "451", "4.3.2 Still starting, cannot take mail for " + recipient.asString()
            + " yet");
    }

    private static HookResult result(HookReturnCode code, String replyCode, String description) {
        return HookResult.builder().hookReturnCode(code).smtpReturnCode(replyCode).smtpDescription(description).build();
    }
}
