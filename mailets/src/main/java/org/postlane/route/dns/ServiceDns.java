// SPDX-License-Identifier: Apache-2.0
package org.postlane.route.dns;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;

import com.google.common.net.InetAddresses;
import org.apache.james.dnsservice.api.DNSService;
import org.apache.james.dnsservice.api.TemporaryResolutionException;

/**
 * Asks a resolver of James that is not its usual one: it blocks, keeps what it likes in memory, and does not tell "no such name"
 * from "no such records". Its MX records come in order, so the first is the best.
 */
public final class ServiceDns implements MailDns {
    private final DNSService dns;
    private final Executor mayBlock;

    /** Asks this resolver on threads that may wait for it. */
    public ServiceDns(DNSService dns, Executor mayBlock) {
        this.dns = dns;
        this.mayBlock = mayBlock;
    }

    @Override
    public CompletableFuture<DnsAnswer<MailExchanger>> exchangers(String domain) {
        return ask(() -> {
            try {
                List<MailExchanger> found = new ArrayList<>();
                for (String target : dns.findMXRecords(domain)) {
                    found.add(new MailExchanger(found.size(), target));
                }
                return foundOrNot(found);
            } catch (TemporaryResolutionException e) {
                return DnsAnswer.failed("the resolver has no answer now");
            }
        });
    }

    @Override
    public CompletableFuture<DnsAnswer<InetAddress>> addresses(String host) {
        return ask(() -> {
            try {
                List<InetAddress> found = new ArrayList<>(dns.getAllByName(host));
                return foundOrNot(found);
            } catch (UnknownHostException e) {
                // It says so of a host without addresses and of servers that do not answer alike: no mail fails for good over it.
                return DnsAnswer.failed("the resolver knows no address for it now, if there is one");
            }
        });
    }

    @Override
    public CompletableFuture<DnsAnswer<InetAddress>> addressesOfConfigured(String host) {
        return addresses(host);
    }

    @Override
    public CompletableFuture<DnsAnswer<InetAddress>> listAnswers(String name) {
        return ask(() -> {
            try {
                List<InetAddress> found = new ArrayList<>();
                for (InetAddress address : dns.getAllByName(name)) {
                    if (address instanceof Inet4Address) {
                        found.add(address);
                    }
                }
                return foundOrNot(found);
            } catch (UnknownHostException e) {
                return DnsAnswer.nothing(DnsAnswer.Kind.UNPROVEN, Duration.ZERO);
            }
        });
    }

    @Override
    public CompletableFuture<DnsAnswer<String>> texts(String name) {
        return ask(() -> foundOrNot(new ArrayList<>(dns.findTXTRecords(name))));
    }

    @Override
    public CompletableFuture<DnsAnswer<String>> names(InetAddress address) {
        return ask(() -> {
            String name = dns.getHostName(address);
            // It gives the address back where there is no name, or none now.
            return name == null || InetAddresses.isInetAddress(name)
                ? DnsAnswer.nothing(DnsAnswer.Kind.UNPROVEN, Duration.ZERO)
                : DnsAnswer.found(List.of(name.endsWith(".") ? name : name + "."), Duration.ZERO);
        });
    }

    private static <T> DnsAnswer<T> foundOrNot(List<T> found) {
        return found.isEmpty()
            ? DnsAnswer.nothing(DnsAnswer.Kind.NO_RECORDS, Duration.ZERO)
            : DnsAnswer.found(found, Duration.ZERO);
    }

    private <T> CompletableFuture<DnsAnswer<T>> ask(Supplier<DnsAnswer<T>> question) {
        CompletableFuture<DnsAnswer<T>> answer = new CompletableFuture<>();
        try {
            mayBlock.execute(() -> {
                try {
                    answer.complete(question.get());
                } catch (RuntimeException e) {
                    answer.complete(DnsAnswer.failed(e.toString()));
                } catch (Error e) {
                    answer.complete(DnsAnswer.failed(e.toString()));
                    throw e;
                }
            });
        } catch (RejectedExecutionException e) {
            answer.complete(DnsAnswer.failed("this server is being stopped"));
        }
        return answer;
    }
}
