// SPDX-License-Identifier: Apache-2.0
package org.postlane.route.dns;

import java.io.IOException;
import java.net.IDN;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;

import com.google.common.base.Suppliers;
import org.postlane.smtp.Futures;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Lookup;
import org.xbill.DNS.MXRecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.NameTooLongException;
import org.xbill.DNS.PTRRecord;
import org.xbill.DNS.Record;
import org.xbill.DNS.ReverseMap;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;
import org.xbill.DNS.hosts.HostsFileParser;

/**
 * DNS by dnsjava, asynchronously, with a memory of its own: answers are remembered for their TTL, absence for that of its zone,
 * failures for some seconds, each within bounds, and many who ask the same at once make one question. A host in this machine's
 * hosts file is taken from there.
 */
final class DnsjavaDns implements MailDns {
    private static final Logger LOGGER = LoggerFactory.getLogger(DnsjavaDns.class);

    private final Supplier<NameServers> servers;
    private final Supplier<List<Name>> searchList;
    private final AnswerCache cache;

    /** By these servers and this search list, both asked for when they are needed. */
    DnsjavaDns(Supplier<NameServers> servers, Supplier<List<Name>> searchList, AnswerCache cache) {
        this.servers = Suppliers.memoize(servers::get);
        this.searchList = searchList;
        this.cache = cache;
    }

    @Override
    public CompletableFuture<DnsAnswer<MailExchanger>> exchangers(String domain) {
        Name name = absolute(domain);
        if (name == null) {
            return neverThere();
        }
        // Some servers and resolvers play with the case of names; one host is to have one name.
        return ask(name, Type.MX).thenApply(answer -> answer.map(record -> new MailExchanger(((MXRecord) record).getPriority(),
            ((MXRecord) record).getTarget().toString().toLowerCase(Locale.ROOT))));
    }

    @Override
    public CompletableFuture<DnsAnswer<InetAddress>> addresses(String host) {
        Name name = absolute(host);
        return name == null ? neverThere() : addresses(name);
    }

    @Override
    public CompletableFuture<DnsAnswer<InetAddress>> addressesOfConfigured(String host) {
        Name name = absolute(host);
        if (name == null) {
            return neverThere();
        }
        List<Name> candidates = new ArrayList<>();
        for (Name suffix : searchList.get()) {
            try {
                candidates.add(Name.concatenate(name.relativize(Name.root), suffix));
            } catch (NameTooLongException e) {
                LOGGER.debug("{} is too long to look for it below {}", host, suffix);
            }
        }
        // As resolv.conf(5) with ndots:1: a name with a dot is first tried as it is.
        candidates.add(host.indexOf('.') > 0 ? 0 : candidates.size(), name);
        return firstOf(candidates, 0, null);
    }

    private CompletableFuture<DnsAnswer<InetAddress>> firstOf(List<Name> candidates, int index, DnsAnswer<InetAddress> failed) {
        return addresses(candidates.get(index)).thenCompose(answer -> {
            boolean last = index + 1 == candidates.size();
            DnsAnswer<InetAddress> worst = answer.kind() == DnsAnswer.Kind.FAILED ? answer : failed;
            if (answer.kind() == DnsAnswer.Kind.FOUND || last) {
                return CompletableFuture.completedFuture(
                    answer.kind() == DnsAnswer.Kind.FOUND || worst == null ? answer : worst);
            }
            return firstOf(candidates, index + 1, worst);
        });
    }

    private CompletableFuture<DnsAnswer<InetAddress>> addresses(Name host) {
        List<InetAddress> configured = inHostsFile(host);
        if (!configured.isEmpty()) {
            return CompletableFuture.completedFuture(DnsAnswer.found(configured, Duration.ZERO));
        }
        Function<Record, InetAddress> four = record -> ((ARecord) record).getAddress();
        Function<Record, InetAddress> six = record -> ((AAAARecord) record).getAddress();
        return ask(host, Type.A).thenCombine(ask(host, Type.AAAA), (a, aaaa) -> DnsAnswer.both(a.map(four), aaaa.map(six)));
    }

    private static List<InetAddress> inHostsFile(Name host) {
        HostsFileParser file = Lookup.getDefaultHostsFileParser();
        List<InetAddress> found = new ArrayList<>();
        if (file != null) {
            try {
                for (int type : new int[] {Type.A, Type.AAAA}) {
                    Optional<InetAddress> address = file.getAddressForHost(host, type);
                    address.ifPresent(found::add);
                }
            } catch (IOException e) {
                LOGGER.debug("The hosts file cannot be read; DNS is asked instead", e);
            }
        }
        return found;
    }

    @Override
    public CompletableFuture<DnsAnswer<InetAddress>> listAnswers(String name) {
        Name absolute = absolute(name);
        return absolute == null ? neverThere()
            : ask(absolute, Type.A).thenApply(answer -> answer.map(record -> ((ARecord) record).getAddress()));
    }

    @Override
    public CompletableFuture<DnsAnswer<String>> texts(String name) {
        Name absolute = absolute(name);
        return absolute == null ? neverThere()
            : ask(absolute, Type.TXT).thenApply(answer -> answer.map(record -> text((TXTRecord) record)));
    }

    /** RFC 5782 2.1, RFC 7208 3.3: strings of one record are one text. */
    private static String text(TXTRecord record) {
        StringBuilder text = new StringBuilder();
        record.getStringsAsByteArrays().forEach(part -> text.append(new String(part, StandardCharsets.US_ASCII)));
        return text.toString();
    }

    @Override
    public CompletableFuture<DnsAnswer<String>> names(InetAddress address) {
        return ask(ReverseMap.fromAddress(address), Type.PTR).thenApply(answer ->
            answer.map(record -> ((PTRRecord) record).getTarget().toString().toLowerCase(Locale.ROOT)));
    }

    private CompletableFuture<DnsAnswer<Record>> ask(Name name, int type) {
        return cache.get(name, type, () -> follow(name, type, Duration.ofSeconds(Integer.MAX_VALUE), 0));
    }

    private CompletableFuture<DnsAnswer<Record>> follow(Name name, int type, Duration ttl, int aliases) {
        if (aliases > LookupLimits.MOST_ALIASES) {
            return CompletableFuture.completedFuture(DnsAnswer.failed("more aliases than " + LookupLimits.MOST_ALIASES));
        }
        CompletableFuture<DnsAnswer<Record>> answered = servers.get().ask(Record.newRecord(name, type, DClass.IN))
            .thenCompose(message -> {
                AnswerReader read = AnswerReader.read(message, name, type);
                if (read.answer() != null) {
                    return CompletableFuture.completedFuture(read.answer().atMost(ttl));
                }
                Duration shorter = ttl.compareTo(read.aliasTtl()) < 0 ? ttl : read.aliasTtl();
                return follow(read.name(), type, shorter, aliases + 1);
            });
        return Futures.recover(answered,
            failure -> CompletableFuture.completedFuture(DnsAnswer.failed(failure.getMessage())));
    }

    /** Null for what DNS cannot hold. */
    private static Name absolute(String name) {
        try {
            boolean ascii = name.chars().allMatch(c -> c < 0x80);
            return Name.fromString(ascii ? name : IDN.toASCII(name, IDN.ALLOW_UNASSIGNED), Name.root);
        } catch (TextParseException | IllegalArgumentException e) {
            LOGGER.debug("{} is no name that DNS can hold", name, e);
            return null;
        }
    }

    private static <T> CompletableFuture<DnsAnswer<T>> neverThere() {
        return CompletableFuture.completedFuture(DnsAnswer.nothing(DnsAnswer.Kind.NO_SUCH_NAME, LookupLimits.LONGEST_ABSENCE));
    }
}
