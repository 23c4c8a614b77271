// SPDX-License-Identifier: Apache-2.0
package org.postlane.recipient;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import javax.mail.internet.AddressException;

import com.github.benmanes.caffeine.cache.Ticker;
import org.apache.james.UserEntityValidator;
import org.apache.james.core.Domain;
import org.apache.james.core.MailAddress;
import org.apache.james.core.Username;
import org.apache.james.dnsservice.api.InMemoryDNSService;
import org.apache.james.domainlist.lib.DomainListConfiguration;
import org.apache.james.domainlist.memory.MemoryDomainList;
import org.apache.james.metrics.api.NoopGaugeRegistry;
import org.apache.james.metrics.tests.RecordingMetricFactory;
import org.apache.james.rrt.api.RecipientRewriteTableConfiguration;
import org.apache.james.rrt.lib.MappingSource;
import org.apache.james.rrt.memory.MemoryRecipientRewriteTable;
import org.apache.james.user.memory.MemoryUsersRepository;
import org.postlane.james.FilesIn;

/**
 * James' memory directory with example.org as its domain, ann@example.org as a user, team@example.org as a group of hers
 * and gone@example.org with an error mapping. What happens when a domain is looked up can be changed.
 */
public final class TestDirectory {
    public final ObservedDomainList domainList;
    public final MemoryRecipientRewriteTable rewriteTable = new MemoryRecipientRewriteTable();
    public final RecordingMetricFactory metrics = new RecordingMetricFactory();
    public final RelayDomains relayDomains = new RelayDomains(FilesIn.nowhere());
    public final VirtualDomains virtualDomains = new VirtualDomains();
    public final AtomicInteger lookups = new AtomicInteger();
    public final MemoryUsersRepository users;

    private final Map<String, AtomicInteger> lookupsOf = new ConcurrentHashMap<>();
    private final Map<String, Runnable> onLookupOf = new ConcurrentHashMap<>();
    private volatile Runnable onLookup = () -> { };

    private TestDirectory(boolean virtualHosting) throws Exception {
        domainList = new ObservedDomainList(this);
        domainList.configure(DomainListConfiguration.builder().autoDetect(false).autoDetectIp(false)
            .defaultDomain(Domain.of("example.org")).build());
        users = virtualHosting ? MemoryUsersRepository.withVirtualHosting(domainList)
            : MemoryUsersRepository.withoutVirtualHosting(domainList);
        rewriteTable.setConfiguration(RecipientRewriteTableConfiguration.DEFAULT_ENABLED);
        rewriteTable.setDomainList(domainList);
        rewriteTable.setUsersRepository(users);
        rewriteTable.setUserEntityValidator(UserEntityValidator.NOOP);
    }

    public static TestDirectory create() throws Exception {
        TestDirectory directory = new TestDirectory(true);
        directory.users.addUser(Username.of("ann@example.org"), "secret");
        directory.rewriteTable.addGroupMapping(source("team"), "ann@example.org");
        directory.rewriteTable.addErrorMapping(source("gone"), "551 5.1.6 moved to bob");
        directory.lookups.set(0);
        directory.lookupsOf.clear();
        return directory;
    }

    public static TestDirectory withoutVirtualHosting() throws Exception {
        TestDirectory directory = new TestDirectory(false);
        directory.users.addUser(Username.of("ann"), "secret");
        return directory;
    }

    public static MappingSource source(String localPart) {
        return MappingSource.fromUser(localPart, Domain.of("example.org"));
    }

    public static MailAddress address(String address) {
        try {
            return new MailAddress(address);
        } catch (AddressException e) {
            throw new IllegalArgumentException(e);
        }
    }

    public void onLookup(Runnable action) {
        onLookup = action;
    }

    /** Does something else when an address of this domain is looked up. */
    public void onLookupOf(String domain, Runnable action) {
        onLookupOf.put(domain, action);
    }

    /** How many look-ups of addresses in this domain have begun. */
    public int lookupsOf(String domain) {
        return lookupsOf.getOrDefault(domain, new AtomicInteger()).get();
    }

    public void fail() {
        onLookup(() -> {
            throw new IllegalStateException("the directory is down");
        });
    }

    public void recover() {
        onLookup(() -> { });
    }

    public RecipientClassifier classifier() {
        return classifier(Ticker.systemTicker());
    }

    RecipientClassifier classifier(Ticker ticker) {
        return new RecipientClassifier(new CachedDirectory(new Directory(domainList, users, rewriteTable), metrics,
            new NoopGaugeRegistry(), ticker), relayDomains, virtualDomains);
    }

    /** The memory domain list, with a look at each question. */
    public static final class ObservedDomainList extends MemoryDomainList {
        private final TestDirectory directory;

        private ObservedDomainList(TestDirectory directory) {
            super(new InMemoryDNSService());
            this.directory = directory;
        }

        @Override
        protected boolean containsDomainInternal(Domain domain) {
            directory.lookups.incrementAndGet();
            directory.lookupsOf.computeIfAbsent(domain.asString(), name -> new AtomicInteger()).incrementAndGet();
            directory.onLookup.run();
            directory.onLookupOf.getOrDefault(domain.asString(), () -> { }).run();
            return super.containsDomainInternal(domain);
        }
    }
}
