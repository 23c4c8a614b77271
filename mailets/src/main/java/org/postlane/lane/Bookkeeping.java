// SPDX-License-Identifier: Apache-2.0
package org.postlane.lane;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import org.apache.james.core.MailAddress;
import org.apache.mailet.Attribute;
import org.apache.mailet.AttributeName;
import org.apache.mailet.AttributeValue;
import org.apache.mailet.Mail;

/**
 * The attributes in which a mail carries what lanes need to know about it. All of them survive any queue; none of them
 * passes on to a part. Stateless.
 */
final class Bookkeeping {
    /** Which recipients were handed over already, and of which mail that is true. */
    static final AttributeName HANDED_OVER = AttributeName.of("postlane-handed-over");
    /** How often the lane's processor has failed on the mail. */
    static final AttributeName FAILURES = AttributeName.of("postlane-lane-failures");
    /** Not before this time (milliseconds since 1970) is it tried again. */
    static final AttributeName NOT_BEFORE = AttributeName.of("postlane-lane-not-before");
    /** How many lanes the mail has been through. */
    static final AttributeName PASSES = AttributeName.of("postlane-lane-passes");

    private static final String MAIL = "mail";
    private static final String RECIPIENTS = "recipients";

    private Bookkeeping() {
    }

    /**
     * The recipients of this very mail that a lane has got, in lower case. A copy made by another mailet (a bounce, say) has
     * the attribute too, but another name: it has been handed over to nobody.
     */
    static Set<String> handedOver(Mail mail) {
        Optional<Map<?, ?>> record = mail.getAttribute(HANDED_OVER).map(attribute -> attribute.getValue().value())
            .filter(Map.class::isInstance).map(value -> (Map<?, ?>) value);
        Set<String> recipients = new HashSet<>();
        record.filter(map -> text(map.get(MAIL)).equals(Optional.of(mail.getName())))
            .map(map -> map.get(RECIPIENTS))
            .filter(AttributeValue.class::isInstance)
            .map(value -> ((AttributeValue<?>) value).value())
            .filter(Collection.class::isInstance)
            .ifPresent(values -> ((Collection<?>) values).forEach(value -> text(value).ifPresent(recipients::add)));
        return recipients;
    }

    private static Optional<String> text(Object value) {
        return value instanceof AttributeValue ? ((AttributeValue<?>) value).valueAs(String.class) : Optional.empty();
    }

    static void rememberHandedOver(Mail mail, Collection<MailAddress> recipients) {
        Set<String> all = handedOver(mail);
        recipients.forEach(recipient -> all.add(key(recipient)));
        List<AttributeValue<?>> values = new ArrayList<>();
        all.forEach(recipient -> values.add(AttributeValue.of(recipient)));
        Map<String, AttributeValue<?>> record = new HashMap<>();
        record.put(MAIL, AttributeValue.of(mail.getName()));
        record.put(RECIPIENTS, AttributeValue.of(values));
        mail.setAttribute(new Attribute(HANDED_OVER, AttributeValue.of(record)));
    }

    static String key(MailAddress recipient) {
        return recipient.asString().toLowerCase(Locale.US);
    }

    static int count(Mail mail, AttributeName name) {
        return mail.getAttribute(name).flatMap(attribute -> attribute.getValue().valueAs(Integer.class)).orElse(0);
    }

    static void setCount(Mail mail, AttributeName name, int count) {
        mail.setAttribute(new Attribute(name, AttributeValue.of(count)));
    }

    static Optional<Instant> notBefore(Mail mail) {
        return mail.getAttribute(NOT_BEFORE)
            .flatMap(attribute -> attribute.getValue().valueAs(Long.class))
            .map(Instant::ofEpochMilli);
    }

    static void setNotBefore(Mail mail, Instant time) {
        mail.setAttribute(new Attribute(NOT_BEFORE, AttributeValue.of(time.toEpochMilli())));
    }
}
