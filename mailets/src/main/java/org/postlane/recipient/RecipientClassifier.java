// SPDX-License-Identifier: Apache-2.0
package org.postlane.recipient;

import javax.inject.Inject;

import com.github.benmanes.caffeine.cache.Ticker;
import org.apache.james.core.MailAddress;
import org.apache.james.domainlist.api.DomainList;
import org.apache.james.metrics.api.GaugeRegistry;
import org.apache.james.metrics.api.MetricFactory;
import org.apache.james.rrt.api.RecipientRewriteTable;
import org.apache.james.user.api.UsersRepository;

/**
 * Says what an address is to this server. Case does not count. In this order: an address with a rewrite mapping is virtual;
 * a mailbox of a local domain is local; any other address of a local domain is unknown; an address of a relay domain is
 * relay; everything else is external.
 *
 * <p>An {@code error:} mapping and a circle of mappings make an address unknown, with the answer to give.
 *
 * <p>The postmaster of a local domain is never unknown (RFC 5321 4.5.1). Without mapping or mailbox of its own it is
 * virtual, since James' {@code PostmasterAlias} rewrites it to the postmaster of the server; where mappings are ignored,
 * that is after the rewriting, it is local: kept in a mailbox of that name rather than bounced.
 *
 * <p>One for the whole James, with one cache (see {@link CachedDirectory}). Relay domains are not cached, because they are
 * declared while James starts. Safe for use by several threads; blocks while the directory is asked.
 */
public final class RecipientClassifier {
    private final CachedDirectory directory;
    private final RelayDomains relayDomains;

    /** For James' injector. */
    @Inject
    public RecipientClassifier(DomainList domainList, UsersRepository usersRepository, RecipientRewriteTable rewriteTable,
            RelayDomains relayDomains, MetricFactory metricFactory, GaugeRegistry gauges) {
        this(new CachedDirectory(new Directory(domainList, usersRepository, rewriteTable), metricFactory, gauges,
            Ticker.systemTicker()), relayDomains);
    }

    RecipientClassifier(CachedDirectory directory, RelayDomains relayDomains) {
        this.directory = directory;
        this.relayDomains = relayDomains;
    }

    /**
     * What the address is.
     *
     * @param mode {@link MappingMode#IGNORE} for addresses that the rewrite table has already resolved
     * @throws LookupFailedException where the directory could not answer
     */
    public Classification classify(MailAddress address, MappingMode mode) throws LookupFailedException {
        DirectoryAnswer answer = directory.lookUp(address, mode);
        switch (answer.kind()) {
            case MAPPED:
                return Classification.of(RecipientType.VIRTUAL);
            case MAILBOX:
                return Classification.of(RecipientType.LOCAL);
            case POSTMASTER:
                return Classification.of(mode == MappingMode.FOLLOW ? RecipientType.VIRTUAL : RecipientType.LOCAL);
            case NOT_LOCAL:
                return Classification.of(relayDomains.contains(address.getDomain())
                    ? RecipientType.RELAY : RecipientType.EXTERNAL);
            case REFUSED:
                return answer.refusal().map(Classification::refused).orElseGet(() -> Classification.of(RecipientType.UNKNOWN));
            case NO_SUCH_USER:
            default:
                return Classification.of(RecipientType.UNKNOWN);
        }
    }
}
