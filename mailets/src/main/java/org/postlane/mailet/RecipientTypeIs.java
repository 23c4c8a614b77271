// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import javax.inject.Inject;
import javax.mail.MessagingException;

import org.apache.james.core.MailAddress;
import org.apache.mailet.Mail;
import org.apache.mailet.base.GenericMatcher;
import org.postlane.james.ConfigurationError;
import org.postlane.recipient.LookupFailedException;
import org.postlane.recipient.RecipientClassifier;
import org.postlane.recipient.RecipientType;
import org.postlane.recipient.RecipientTypes;

/**
 * Matches the recipients of the types in its condition: {@code RecipientTypeIs=local} or {@code RecipientTypeIs=relay,external}.
 * The types are {@code local}, {@code virtual}, {@code relay}, {@code external} and {@code unknown}; there is no default. A
 * recipient without a type in the attribute that {@link ClassifyRecipients} sets is classified on the spot, mappings followed.
 *
 * <p>Where the directory cannot answer it throws; what happens then is for {@code onMatchException} to say.
 */
public class RecipientTypeIs extends GenericMatcher {
    private final RecipientClassifier classifier;
    private Set<RecipientType> wanted = EnumSet.noneOf(RecipientType.class);

    /** For James' injector. */
    @Inject
    public RecipientTypeIs(RecipientClassifier classifier) {
        this.classifier = classifier;
    }

    @Override
    public void init() {
        String condition = getCondition() == null ? "" : getCondition();
        List<RecipientType> types = new ArrayList<>();
        for (String name : condition.split(",", -1)) {
            types.add(RecipientType.parse(name).orElseThrow(() -> new ConfigurationError("mailetcontainer.xml, matcher "
                + "RecipientTypeIs=" + condition + ": \"" + name.trim() + "\" is no recipient type; expected one or more of "
                + Arrays.stream(RecipientType.values()).map(RecipientType::asString).collect(Collectors.joining(", ")))));
        }
        wanted = EnumSet.copyOf(types);
    }

    @Override
    public Collection<MailAddress> match(Mail mail) throws MessagingException {
        try {
            Map<MailAddress, RecipientType> types = RecipientTypes.of(mail, classifier);
            return mail.getRecipients().stream()
                .filter(recipient -> wanted.contains(types.get(recipient)))
                .collect(Collectors.toList());
        } catch (LookupFailedException e) {
            throw new MessagingException("Mail " + mail.getName() + " cannot be matched by recipient type", e);
        }
    }

    @Override
    public String getMatcherInfo() {
        return "Postlane: matches recipients by type";
    }
}
