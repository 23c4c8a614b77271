// SPDX-License-Identifier: Apache-2.0
package org.postlane.recipient;

import java.util.EnumSet;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import javax.annotation.PreDestroy;
import javax.inject.Inject;

import org.apache.james.core.MailAddress;
import org.apache.james.core.MaybeSender;
import org.apache.james.core.Username;
import org.apache.james.domainlist.api.DomainList;
import org.apache.james.rrt.api.RecipientRewriteTable;
import org.apache.james.rrt.lib.Mapping;
import org.apache.james.user.api.UsersRepository;

/**
 * Whether a sender belongs to whoever sends, by the rules of James' {@code verifyIdentity}: who has logged in may send as the
 * user, as an alias of the user, and as the user in an alias of the domain, in domains of this server; who has not may send as
 * none of the addresses in them.
 *
 * <p>James' own check takes a directory that fails for a refusal, or for the permission to send; here it is a failure. The
 * directory is asked on threads of its own. Safe for use by several threads.
 */
public final class SenderIdentity {
    private static final EnumSet<Mapping.Type> ALIASES = EnumSet.of(Mapping.Type.Alias, Mapping.Type.DomainAlias);

    private final DomainList domains;
    private final UsersRepository users;
    private final RecipientRewriteTable rewriteTable;
    private final LookupThreads threads = new LookupThreads(DirectoryLimits.DEFAULTS.lookups());

    /** What is known of a sender. */
    public enum Verdict {
        /** The sender may be used. */
        ACCEPTED,
        /** The sender does not belong to the user. */
        NOT_YOURS,
        /** The sender belongs to somebody here, and nobody has logged in. */
        LOGIN_NEEDED
    }

    /** For James' injector. */
    @Inject
    public SenderIdentity(DomainList domains, UsersRepository users, RecipientRewriteTable rewriteTable) {
        this.domains = domains;
        this.users = users;
        this.rewriteTable = rewriteTable;
    }

    /**
     * Asks without blocking.
     *
     * @param user who has logged in, if anybody
     * @return fails with {@link LookupFailedException}, or {@link java.util.concurrent.TimeoutException} after 30 s
     */
    public CompletableFuture<Verdict> ask(MaybeSender sender, Optional<Username> user) {
        Optional<MailAddress> address = sender.asOptional();
        if (address.isEmpty()) {
            return CompletableFuture.completedFuture(user.isPresent() ? Verdict.NOT_YOURS : Verdict.ACCEPTED);
        }
        Question question = new Question(address.get(), user);
        try {
            threads.execute(question);
        } catch (RejectedExecutionException e) {
            question.giveUp();
        }
        return question.verdict.orTimeout(DirectoryLimits.DEFAULTS.timeout().toMillis(), TimeUnit.MILLISECONDS);
    }

    private final class Question implements LookupThreads.Lookup {
        private final MailAddress sender;
        private final Optional<Username> user;
        private final CompletableFuture<Verdict> verdict = new CompletableFuture<>();

        private Question(MailAddress sender, Optional<Username> user) {
            this.sender = sender;
            this.user = user;
        }

        @Override
        public void run() {
            try {
                verdict.complete(user.isPresent() ? verdict(user.get()) : verdictOfStranger());
            } catch (Throwable e) {
                verdict.completeExceptionally(
                    new LookupFailedException("The directory could not answer for sender " + sender.asString() + ": " + e, e));
            }
        }

        private Verdict verdictOfStranger() throws Exception {
            return domains.containsDomain(sender.getDomain()) ? Verdict.LOGIN_NEEDED : Verdict.ACCEPTED;
        }

        private Verdict verdict(Username login) throws Exception {
            return domains.containsDomain(sender.getDomain()) && isOf(login) ? Verdict.ACCEPTED : Verdict.NOT_YOURS;
        }

        private boolean isOf(Username login) throws Exception {
            Username owner = users.getUsername(sender);
            if (owner.equals(login)) {
                return true;
            }
            if (owner.getDomainPart().isEmpty() || rewriteTable.getConfiguration().getMappingLimit() == 0) {
                return false;
            }
            try {
                return rewriteTable.getResolvedMappings(owner.getLocalPart(), owner.getDomainPart().get(), ALIASES).asStream()
                    .map(Mapping::asMailAddress)
                    .flatMap(Optional::stream)
                    .anyMatch(target -> Username.fromMailAddress(target).equals(login));
            } catch (RecipientRewriteTable.ErrorMappingException e) {
                // An answer, and no failure: the aliases run in a circle.
                return false;
            }
        }

        @Override
        public void giveUp() {
            verdict.completeExceptionally(
                new LookupFailedException("The directory has more to answer than it can, among others for sender "
                    + sender.asString(), null));
        }
    }

    /** What has not been asked yet fails. */
    @PreDestroy
    public void close() {
        threads.close();
    }
}
