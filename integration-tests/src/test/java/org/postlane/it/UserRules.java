// SPDX-License-Identifier: Apache-2.0
package org.postlane.it;

import java.util.Optional;
import javax.inject.Inject;

import com.google.inject.Module;
import com.google.inject.multibindings.Multibinder;
import org.apache.james.core.Username;
import org.apache.james.jmap.api.filtering.FilteringManagement;
import org.apache.james.jmap.api.filtering.Rule;
import org.apache.james.mailbox.model.MailboxId;
import org.apache.james.utils.GuiceProbe;
import org.apache.james.vacation.api.AccountId;
import org.apache.james.vacation.api.VacationPatch;
import org.apache.james.vacation.api.VacationService;
import reactor.core.publisher.Mono;

/** What users set over JMAP for the mail that comes to them. */
final class UserRules implements GuiceProbe {
    private final FilteringManagement filters;
    private final VacationService vacations;

    @Inject
    UserRules(FilteringManagement filters, VacationService vacations) {
        this.filters = filters;
        this.vacations = vacations;
    }

    /** Makes this class a probe of the server it is installed into. */
    static Module module() {
        return binder -> Multibinder.newSetBinder(binder, GuiceProbe.class).addBinding().to(UserRules.class);
    }

    /** Mail whose subject holds a word goes to this mailbox. */
    void file(String user, String word, MailboxId mailbox) {
        Rule rule = Rule.builder().id(Rule.Id.of("1")).name("by subject")
            .condition(Rule.Condition.of(Rule.Condition.Field.SUBJECT, Rule.Condition.Comparator.CONTAINS, word))
            .action(Rule.Action.of(Rule.Action.AppendInMailboxes.withMailboxIds(mailbox.serialize())))
            .build();
        Mono.from(filters.defineRulesForUser(Username.of(user), Optional.empty(), rule)).block();
    }

    /** Who writes to the user gets this text. */
    void goOnVacation(String user, String text) {
        VacationPatch patch = VacationPatch.builder().isEnabled(true).textBody(text).build();
        vacations.modifyVacation(AccountId.fromString(user), patch).block();
    }
}
