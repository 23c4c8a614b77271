// SPDX-License-Identifier: Apache-2.0
package org.postlane.recipient;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.annotation.PreDestroy;
import javax.inject.Inject;

import com.github.benmanes.caffeine.cache.Ticker;
import org.apache.james.core.MailAddress;
import org.apache.james.domainlist.api.DomainList;
import org.apache.james.metrics.api.GaugeRegistry;
import org.apache.james.metrics.api.MetricFactory;
import org.apache.james.rrt.api.RecipientRewriteTable;
import org.apache.james.user.api.UsersRepository;
import org.postlane.james.ConfigurationError;

/**
 * Says what an address is to this server. Case does not count. In this order: an address with a rewrite mapping is virtual;
 * any other address of a virtual domain is unknown; a mailbox of a local domain is local; any other address of a local domain is
 * unknown; an address of a relay domain is relay; everything else is external.
 *
 * <p>An {@code error:} mapping and a circle of mappings make an address unknown, with the answer to give.
 *
 * <p>The postmaster of a local domain is never unknown (RFC 5321 4.5.1). Without mapping or mailbox of its own it is
 * virtual, since James' {@code PostmasterAlias} rewrites it to the postmaster of the server; where mappings are ignored,
 * that is after the rewriting, it is local: kept in a mailbox of that name rather than bounced.
 *
 * <p>One for the whole James, with one cache. Relay and virtual domains are not cached, because they are declared while James
 * starts, and may change. Safe for use by several threads.
 */
public final class RecipientClassifier {
    private final CachedDirectory directory;
    private final RelayDomains relayDomains;
    private final VirtualDomains virtualDomains;

    /** For James' injector. */
    @Inject
    public RecipientClassifier(DomainList domainList, UsersRepository usersRepository, RecipientRewriteTable rewriteTable,
            RelayDomains relayDomains, VirtualDomains virtualDomains, MetricFactory metricFactory, GaugeRegistry gauges) {
        this(new CachedDirectory(new Directory(domainList, usersRepository, rewriteTable), metricFactory, gauges,
            Ticker.systemTicker()), relayDomains, virtualDomains);
    }

    RecipientClassifier(CachedDirectory directory, RelayDomains relayDomains, VirtualDomains virtualDomains) {
        this.directory = directory;
        this.relayDomains = relayDomains;
        this.virtualDomains = virtualDomains;
    }

    /**
     * What the address is. Blocks while the directory is asked.
     *
     * @param mode {@link MappingMode#IGNORE} for addresses that the rewrite table has already resolved
     * @throws LookupFailedException where the directory could not answer
     */
    public Classification classify(MailAddress address, MappingMode mode) throws LookupFailedException {
        return classify(address, mode, directory.lookUp(address, mode));
    }

    /**
     * What the address is, with mappings followed, without blocking. The directory is asked on threads of its own; where it does
     * not answer within {@link DirectoryLimits#TIMEOUT}, the future fails, and what it answers later is remembered.
     *
     * @return fails with {@link LookupFailedException} or {@link java.util.concurrent.TimeoutException}
     */
    public CompletableFuture<Classification> ask(MailAddress address) {
        CompletableFuture<DirectoryAnswer> answer = directory.ask(address, MappingMode.FOLLOW);
        // Others wait for the same answer, and their time begins elsewhere.
        CompletableFuture<DirectoryAnswer> mine = answer.isDone()
            ? answer : answer.copy().orTimeout(directory.limits().timeout().toMillis(), TimeUnit.MILLISECONDS);
        return mine.thenApply(found -> classify(address, MappingMode.FOLLOW, found));
    }

    /** Has the directory asked, if its answer is not known: somebody will soon want it. */
    public void askAhead(MailAddress address) {
        var unusedAnswer = directory.ask(address, MappingMode.FOLLOW);
    }

    private Classification classify(MailAddress address, MappingMode mode, DirectoryAnswer answer) {
        boolean inVirtualDomain = mode == MappingMode.FOLLOW && virtualDomains.contains(address.getDomain());
        switch (answer.kind()) {
            case MAPPED:
                return Classification.virtual(true);
            case MAPPED_ELSEWHERE:
                return Classification.virtual(inVirtualDomain || relayDomains.contains(address.getDomain()));
            case MAILBOX:
                return Classification.of(inVirtualDomain ? RecipientType.UNKNOWN : RecipientType.LOCAL);
            case POSTMASTER:
                return Classification.of(mode == MappingMode.FOLLOW ? RecipientType.VIRTUAL : RecipientType.LOCAL);
            case NOT_LOCAL:
                return Classification.of(inVirtualDomain ? RecipientType.UNKNOWN
                    : relayDomains.contains(address.getDomain()) ? RecipientType.RELAY : RecipientType.EXTERNAL);
            case REFUSED:
                return answer.refusal().map(Classification::refused).orElseGet(() -> Classification.of(RecipientType.UNKNOWN));
            case NO_SUCH_USER:
            default:
                return Classification.of(RecipientType.UNKNOWN);
        }
    }

    /**
     * Takes the limits that an element declares, if any.
     *
     * @throws ConfigurationError where another element has declared others
     */
    public synchronized void declare(Optional<DirectoryLimits> declared) {
        declared.ifPresent(wanted -> {
            DirectoryLimits present = directory.limits();
            if (!present.where().isEmpty() && !present.equals(wanted)) {
                throw new ConfigurationError(wanted.where() + ": " + wanted + " differ from those in " + present.where() + ": "
                    + present + ": expected the same wherever they are declared");
            }
            directory.take(wanted);
        });
    }

    /** How many answers are remembered, about: one for each address and {@link MappingMode}. */
    public long remembered() {
        return directory.size();
    }

    /** Forgets what is known of one address. */
    public void forget(MailAddress address) {
        directory.forget(address);
    }

    /** Forgets what is known of all addresses. */
    public void forgetAll() {
        directory.forgetAll();
    }

    /** Look-ups for SMTP sessions that have not begun fail. */
    @PreDestroy
    public void close() {
        directory.close();
    }
}
