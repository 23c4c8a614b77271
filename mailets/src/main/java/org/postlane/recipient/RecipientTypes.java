// SPDX-License-Identifier: Apache-2.0
package org.postlane.recipient;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

import org.apache.james.core.MailAddress;
import org.apache.mailet.Attribute;
import org.apache.mailet.AttributeName;
import org.apache.mailet.AttributeValue;
import org.apache.mailet.Mail;

/**
 * The recipient types that travel with a mail, in one attribute: a map from the address in lower case to the type's name.
 * Strings all the way down, so that every queue carries it. Stateless.
 */
public final class RecipientTypes {
    /** The attribute. */
    public static final AttributeName ATTRIBUTE = AttributeName.of("postlane-recipient-types");

    /** When the types were found, in milliseconds since 1970. */
    static final AttributeName FOUND_AT = AttributeName.of("postlane-recipient-types-at");
    /**
     * For how long they hold. A mail gets from RCPT to the lanes in seconds; one that takes longer has waited for an outage or a
     * restart, or in a repository, and its user or domain may be another one by now.
     */
    static final Duration HOLD = Duration.ofMinutes(10);

    private RecipientTypes() {
    }

    /** The type that the mail carries for that recipient; empty where it carries none or none that is known. */
    public static Optional<RecipientType> get(Mail mail, MailAddress recipient) {
        return get(carried(mail), recipient);
    }

    /** Read once for all recipients: it is copied whole for each reading. */
    private static Map<String, AttributeValue<String>> carried(Mail mail) {
        return mail.getAttribute(ATTRIBUTE)
            .flatMap(attribute -> attribute.getValue().asMapAttributeValueOf(String.class))
            .map(AttributeValue::value)
            .orElseGet(Map::of);
    }

    private static Optional<RecipientType> get(Map<String, AttributeValue<String>> carried, MailAddress recipient) {
        return Optional.ofNullable(carried.get(key(recipient))).flatMap(type -> RecipientType.parse(type.value()));
    }

    /** Replaces what the mail carries. */
    public static void set(Mail mail, Map<MailAddress, RecipientType> types) {
        Map<String, AttributeValue<?>> values = new HashMap<>();
        types.forEach((recipient, type) -> values.put(key(recipient), AttributeValue.of(type.asString())));
        mail.setAttribute(new Attribute(ATTRIBUTE, AttributeValue.of(values)));
        mail.setAttribute(new Attribute(FOUND_AT, AttributeValue.of(System.currentTimeMillis())));
    }

    /** Takes from the mail what was found too long ago, or nobody knows when. */
    public static void forgetOld(Mail mail) {
        boolean holds = mail.getAttribute(FOUND_AT).flatMap(attribute -> attribute.getValue().valueAs(Long.class))
            .filter(at -> System.currentTimeMillis() - at < HOLD.toMillis()).isPresent();
        if (!holds) {
            mail.removeAttribute(ATTRIBUTE);
        }
    }

    /** The types of the mail's recipients: those that it carries, and those of the others as the classifier says. */
    public static Map<MailAddress, RecipientType> of(Mail mail, RecipientClassifier classifier) throws LookupFailedException {
        Map<MailAddress, RecipientType> types = new HashMap<>();
        Map<String, AttributeValue<String>> carried = carried(mail);
        for (MailAddress recipient : mail.getRecipients()) {
            Optional<RecipientType> known = get(carried, recipient);
            types.put(recipient, known.isPresent()
                ? known.get() : classifier.classify(recipient, MappingMode.FOLLOW).type());
        }
        return types;
    }

    /** The types of these recipients, as the classifier says. */
    public static Map<MailAddress, RecipientType> of(Collection<MailAddress> recipients, RecipientClassifier classifier,
            MappingMode mode) throws LookupFailedException {
        Map<MailAddress, RecipientType> types = new HashMap<>();
        for (MailAddress recipient : recipients) {
            types.put(recipient, classifier.classify(recipient, mode).type());
        }
        return types;
    }

    private static String key(MailAddress recipient) {
        return recipient.asString().toLowerCase(Locale.US);
    }
}
