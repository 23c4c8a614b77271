// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing.dns;

import java.io.Closeable;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

import org.xbill.DNS.Type;

/**
 * An authoritative name server on 127.0.0.1, over UDP and TCP, which answers what a test has set and is wrong where the test
 * wants it to be. It is authoritative for every name: what it does not know does not exist (NXDOMAIN).
 *
 * <p>Names are written without the last dot and compared without regard to case. Changes hold from the next question on.
 * James' own resolver takes servers without a port; its tests set the port on the resolver that it makes dnsjava's default:
 * {@code Lookup.getDefaultResolver().setPort(dns.port())}. Thread-safe.
 */
public final class DnsServer implements Closeable {
    private static final Duration DEFAULT_TTL = Duration.ofMinutes(5);

    private final Zones zones = new Zones();
    private final Faults faults = new Faults();
    private final QueryCount queries = new QueryCount();
    private final Answers answers = new Answers(zones, faults);
    private final DnsSockets sockets;
    private volatile long ttl = DEFAULT_TTL.toSeconds();

    private DnsServer() {
        this.sockets = new DnsSockets(answers, faults, queries);
    }

    /** A server on a free port, with no records yet. */
    public static DnsServer start() {
        DnsServer server = new DnsServer();
        server.sockets.begin();
        return server;
    }

    /** The port that it has for UDP and TCP. */
    public int port() {
        return sockets.address().getPort();
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return sockets.address();
    }

    /** How long records that are set or generated from now on may be cached; whole seconds, 0 for not at all. */
    public DnsServer ttl(Duration duration) {
        ttl = duration.toSeconds();
        answers.generatedTtl(ttl);
        return this;
    }

    /** How long absence may be cached (minimum of the SOA record, RFC 2308): whole seconds, at first 5 minutes. */
    public DnsServer negativeTtl(Duration duration) {
        answers.negativeTtl(duration.toSeconds());
        return this;
    }

    /** Adds a mail server to a domain. */
    public DnsServer mx(String domain, int preference, String host) {
        return records(domain, records -> records.mx(preference, host));
    }

    /** Says that a domain takes no mail (RFC 7505). */
    public DnsServer nullMx(String domain) {
        return mx(domain, 0, ".");
    }

    /** Adds IPv4 addresses to a host. */
    public DnsServer a(String host, String... addresses) {
        return records(host, records -> {
            for (String address : addresses) {
                records.a(address);
            }
        });
    }

    /** Adds IPv6 addresses to a host. */
    public DnsServer aaaa(String host, String... addresses) {
        return records(host, records -> {
            for (String address : addresses) {
                records.aaaa(address);
            }
        });
    }

    /** Makes a name another name for the target's records. */
    public DnsServer cname(String alias, String target) {
        return records(alias, records -> records.cname(target));
    }

    /** Lets a name exist, with no records so far. */
    public DnsServer exists(String name) {
        return records(name, NameRecords::exists);
    }

    /** Adds any records to a name. */
    public DnsServer records(String name, Consumer<NameRecords> records) {
        zones.change(name, ttl, records);
        return this;
    }

    /** Forgets the records that were set for a name. */
    public DnsServer remove(String name) {
        zones.remove(name);
        return this;
    }

    /**
     * Makes the records of names that were not set, when one is asked for: for domains by the thousand. The function is called
     * on a thread of the server with the name; one that adds nothing leaves the name to the next function.
     */
    public DnsServer generate(BiConsumer<String, NameRecords> generator) {
        zones.generate(generator);
        return this;
    }

    /** Has all questions for a name answered wrong until {@link #heal(String)}. */
    public DnsServer fail(String name, DnsFault fault) {
        faults.put(name, Type.ANY, fault);
        return this;
    }

    /** Has questions for one type of a name's records, such as {@code MX}, answered wrong. */
    public DnsServer fail(String name, String type, DnsFault fault) {
        faults.put(name, typeOf(type), fault);
        return this;
    }

    /** Answers questions for a name rightly again. */
    public DnsServer heal(String name) {
        faults.remove(name);
        return this;
    }

    /** Has every question that has no fault of its own answered wrong, as when the resolver is out of order. */
    public DnsServer failAll(DnsFault fault) {
        faults.all(fault);
        return this;
    }

    /** Answers all questions rightly again. */
    public DnsServer healAll() {
        faults.clear();
        return this;
    }

    /** Keeps the answers for a name back until the test lets them go; faults of the name hold for what is said then. */
    public HeldAnswers hold(String name) {
        return faults.hold(name);
    }

    /** How many questions came. One that was repeated counts each time. */
    public int queries() {
        return queries.all();
    }

    /** How many questions came for a name, of any type. */
    public int queries(String name) {
        return queries.of(name);
    }

    /** How many questions came for one type of a name's records, such as {@code MX}. */
    public int queries(String name, String type) {
        return queries.of(name, typeOf(type));
    }

    /** How many questions came over TCP. */
    public int queriesOverTcp() {
        return queries.overTcp();
    }

    private static int typeOf(String type) {
        int value = Type.value(type);
        if (value < 0) {
            throw new IllegalArgumentException("Not a type of DNS records: " + type);
        }
        return value;
    }

    /** Ends the threads and frees the port. What is held is never answered. */
    @Override
    public void close() {
        sockets.close();
    }
}
