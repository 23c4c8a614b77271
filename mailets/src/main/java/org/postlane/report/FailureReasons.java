// SPDX-License-Identifier: Apache-2.0
package org.postlane.report;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

import org.apache.james.core.MailAddress;
import org.apache.james.transport.mailets.remote.delivery.Bouncer;
import org.apache.mailet.Attribute;
import org.apache.mailet.AttributeName;
import org.apache.mailet.AttributeUtils;
import org.apache.mailet.AttributeValue;
import org.apache.mailet.Mail;

/** Why the recipients of a mail that came to an error processor failed, as far as the mail tells. Immutable. */
public final class FailureReasons {
    /** Each recipient's code and words, from who knows them one by one. */
    static final AttributeName NAME = AttributeName.of("postlane-failure-reasons");

    private static final Pattern LINES = Pattern.compile("\r?\n");
    private static final Pattern REPLY = Pattern.compile("[45][0-9]{2}[ -].*");
    /** The name of a class with its package: an exception, or a line of its stack. */
    private static final Pattern INTERNALS = Pattern.compile("\\b[a-z]\\w*(\\.[a-z]\\w*)+\\.[A-Z]\\w*");

    private final Map<?, ?> single;
    private final FailureReason common;

    private FailureReasons(Map<?, ?> single, FailureReason common) {
        this.single = single;
        this.common = common;
    }

    /** Notes them on a mail, for {@link #of(Mail, FailureReason)}. */
    public static void set(Mail mail, Map<MailAddress, FailureReason> reasons) {
        Map<String, AttributeValue<?>> values = new HashMap<>();
        reasons.forEach((recipient, reason) ->
            values.put(key(recipient), AttributeValue.of(reason.status() + " " + reason.words())));
        mail.setAttribute(new Attribute(NAME, AttributeValue.of(values)));
    }

    /**
     * Reads what a mail carries: reasons of single recipients; else what a remote server had said, in the attributes of James'
     * remote delivery; else the mail's error message, without what is for the eyes of the administrator alone.
     *
     * @param otherwise where it carries nothing
     */
    public static FailureReasons of(Mail mail, FailureReason otherwise) {
        Map<?, ?> single = mail.getAttribute(NAME).map(attribute -> attribute.getValue().value())
            .filter(Map.class::isInstance).map(value -> (Map<?, ?>) value).orElse(Map.of());
        FailureReason common = AttributeUtils.getValueAndCastFromMail(mail, Bouncer.DELIVERY_ERROR, String.class)
            .map(text -> FailureReason.ofReply(text, isPermanent(mail), otherwise.status()))
            .or(() -> Optional.ofNullable(mail.getErrorMessage()).flatMap(FailureReasons::forSender)
                .map(text -> FailureReason.ofWords(text, otherwise.status())))
            .orElse(otherwise);
        return new FailureReasons(single, common);
    }

    private static boolean isPermanent(Mail mail) {
        return AttributeUtils.getValueAndCastFromMail(mail, Bouncer.IS_DELIVERY_PERMANENT_ERROR, Boolean.class).orElse(true);
    }

    /** The last line that is a reply, for notices are added at the end; else all, unless it tells of classes and stacks. */
    private static Optional<String> forSender(String errorMessage) {
        Optional<String> reply = LINES.splitAsStream(errorMessage).filter(line -> REPLY.matcher(line).matches())
            .reduce((first, second) -> second);
        return reply.or(() -> Optional.of(errorMessage.trim())
            .filter(text -> !text.isEmpty() && !INTERNALS.matcher(text).find()));
    }

    /** That of one recipient. */
    FailureReason of(MailAddress recipient) {
        Object value = single.get(key(recipient));
        return Optional.ofNullable(value).filter(AttributeValue.class::isInstance)
            .flatMap(text -> ((AttributeValue<?>) text).valueAs(String.class))
            .map(text -> text.split(" ", 2)).filter(parts -> parts.length == 2)
            .map(parts -> FailureReason.of(parts[0], parts[1]))
            .orElse(common);
    }

    private static String key(MailAddress recipient) {
        return recipient.asString().toLowerCase(Locale.US);
    }
}
