// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.mail;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

import org.apache.james.core.MailAddress;
import org.apache.mailet.Attribute;
import org.apache.mailet.AttributeName;
import org.apache.mailet.AttributeUtils;
import org.apache.mailet.AttributeValue;
import org.apache.mailet.Mail;

/**
 * What a mail's own last attempt came to for each of its recipients, carried by the mail: when its time is over while its
 * destination cannot be reached, its sender hears what was said about it, and not what another mail met. Immutable.
 */
public final class LastOutcomes {
    /** The attribute: address to words. */
    /** The attribute. */
    public static final AttributeName NAME = AttributeName.of("postlane-last-outcomes");
    /** Of so many recipients at most: what a mail carries is written into its queue at every turn. */
    static final int MOST_RECIPIENTS = 100;
    /** Characters of each. */
    static final int MOST_WORDS = 500;

    private final Map<String, String> words;

    private LastOutcomes(Map<String, String> words) {
        this.words = words;
    }

    /** Those that the mail carries. */
    public static LastOutcomes in(Mail mail) {
        Map<String, String> words = new HashMap<>();
        AttributeUtils.getAttributeValueFromMail(mail, NAME).filter(Map.class::isInstance).map(Map.class::cast)
            .ifPresent(map -> ((Map<?, ?>) map).forEach((address, value) -> {
                if (value instanceof AttributeValue) {
                    words.put(String.valueOf(address), String.valueOf(((AttributeValue<?>) value).value()));
                }
            }));
        return new LastOutcomes(words);
    }

    /** What it came to for this recipient; empty where there was no attempt, or too many recipients. */
    public Optional<String> of(MailAddress recipient) {
        return Optional.ofNullable(words.get(recipient.asString()));
    }

    /** Writes on a mail what it carries from now on: these verdicts, as far as they are its own, and else what there was. */
    public void write(Mail mail, Collection<Verdict> verdicts) {
        mail.removeAttribute(NAME);
        if (verdicts.size() > MOST_RECIPIENTS) {
            return;
        }
        Map<String, AttributeValue<?>> all = new HashMap<>();
        for (Verdict verdict : verdicts) {
            String said = verdict.isOwn() ? cut(verdict.explanation()) : words.get(verdict.recipient().asString());
            if (said != null) {
                all.put(verdict.recipient().asString(), AttributeValue.of(said));
            }
        }
        if (!all.isEmpty()) {
            mail.setAttribute(new Attribute(NAME, AttributeValue.of(all)));
        }
    }

    private static String cut(String text) {
        return text.length() <= MOST_WORDS ? text : text.substring(0, MOST_WORDS) + " ...";
    }
}
