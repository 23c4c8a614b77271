// SPDX-License-Identifier: Apache-2.0
package org.postlane.recipient;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import javax.annotation.PreDestroy;
import javax.inject.Inject;
import javax.mail.internet.AddressException;

import org.apache.james.core.Domain;
import org.apache.james.core.MailAddress;
import org.apache.james.domainlist.api.DomainList;
import org.apache.james.rrt.api.RecipientRewriteTable;
import org.apache.james.rrt.lib.Mapping;
import org.apache.james.rrt.lib.MappingSource;

/**
 * What people ask about addresses, and mail does not need: whose a name is, where mail for it goes on to, who is in a group.
 * Never blocks: the directory is asked on threads of its own, few, because few ask. Safe for use by several threads.
 */
public final class Enquiries {
    /** A name without a domain is looked for in so many domains; in a James that has more, it is ambiguous. */
    static final int MAX_DOMAINS = 100;
    private static final int THREADS = 4;

    private final RecipientClassifier classifier;
    private final DomainList domainList;
    private final RecipientRewriteTable rewriteTable;
    private final LookupThreads threads = new LookupThreads(THREADS);

    /** For James' injector. */
    @Inject
    public Enquiries(RecipientClassifier classifier, DomainList domainList, RecipientRewriteTable rewriteTable) {
        this.classifier = classifier;
        this.domainList = domainList;
        this.rewriteTable = rewriteTable;
    }

    /**
     * Whom a text may mean: an address, or what stands before the {@code @} of one in a domain of this James.
     *
     * @return fails with {@link LookupFailedException}, {@link java.util.concurrent.TimeoutException}, or
     * {@link AddressException} where no address reads like this
     */
    public CompletableFuture<NameFound> find(String text) {
        return ask(() -> text.contains("@") ? findAddress(new MailAddress(text)) : findName(text), text);
    }

    /**
     * Who gets the mail for an address, if that is a group.
     *
     * @return fails as {@link #find} does
     */
    public CompletableFuture<GroupFound> expand(MailAddress address) {
        return ask(() -> {
            Classification classification = classifier.classify(address, MappingMode.FOLLOW);
            boolean mapped = classification.type() == RecipientType.VIRTUAL;
            return new GroupFound(classification, mapped
                ? new GroupMembers(rewriteTable).of(address) : new GroupMembers(rewriteTable));
        }, address.asString());
    }

    private NameFound findAddress(MailAddress address) throws Exception {
        Classification classification = classifier.classify(address, MappingMode.FOLLOW);
        return NameFound.one(address, classification,
            classification.type() == RecipientType.VIRTUAL ? goesOnTo(address) : Optional.empty());
    }

    private NameFound findName(String name) throws Exception {
        List<Domain> domains = domainList.getDomains();
        if (domains.size() > MAX_DOMAINS) {
            return NameFound.tooManyDomains();
        }
        List<MailAddress> addresses = new ArrayList<>();
        for (Domain domain : domains) {
            MailAddress address = new MailAddress(name + "@" + domain.asString());
            Classification classification = classifier.classify(address, MappingMode.FOLLOW);
            if (classification.type() != RecipientType.UNKNOWN || classification.refusal().isPresent()) {
                addresses.add(address);
            }
        }
        return addresses.size() == 1 ? findAddress(addresses.get(0)) : NameFound.of(addresses);
    }

    /** The one address that all mail for another goes on to, if it is none of this server. */
    private Optional<MailAddress> goesOnTo(MailAddress address) throws Exception {
        List<MailAddress> targets = rewriteTable.getStoredMappings(MappingSource.fromMailAddress(address)).asStream()
            .filter(mapping -> mapping.getType() != Mapping.Type.Group)
            .map(Mapping::asMailAddress)
            .flatMap(Optional::stream)
            .collect(Collectors.toList());
        return targets.size() == 1 && !domainList.containsDomain(targets.get(0).getDomain())
            ? Optional.of(targets.get(0)) : Optional.empty();
    }

    private <T> CompletableFuture<T> ask(Callable<T> question, String about) {
        Question<T> asked = new Question<>(question, about);
        try {
            threads.execute(asked);
        } catch (RejectedExecutionException e) {
            asked.giveUp();
        }
        return asked.answer.orTimeout(DirectoryLimits.DEFAULTS.timeout().toMillis(), TimeUnit.MILLISECONDS);
    }

    /** A question that waits for its thread. */
    private static final class Question<T> implements LookupThreads.Lookup {
        private final Callable<T> question;
        private final String about;
        private final CompletableFuture<T> answer = new CompletableFuture<>();

        private Question(Callable<T> question, String about) {
            this.question = question;
            this.about = about;
        }

        @Override
        public void run() {
            try {
                answer.complete(question.call());
            } catch (AddressException | LookupFailedException e) {
                answer.completeExceptionally(e);
            } catch (Throwable e) {
                answer.completeExceptionally(
                    new LookupFailedException("The directory could not answer about " + about + ": " + e, e));
            }
        }

        @Override
        public void giveUp() {
            answer.completeExceptionally(new LookupFailedException("The directory has more to answer than it can, among others "
                + "about " + about, null));
        }
    }

    /** What has not been asked yet fails. */
    @PreDestroy
    public void close() {
        threads.close();
    }
}
