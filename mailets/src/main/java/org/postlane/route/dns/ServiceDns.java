// SPDX-License-Identifier: Apache-2.0
package org.postlane.route.dns;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;

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
                return found.isEmpty()
                    ? DnsAnswer.nothing(DnsAnswer.Kind.NO_RECORDS, Duration.ZERO)
                    : DnsAnswer.found(found, Duration.ZERO);
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
                return found.isEmpty()
                    ? DnsAnswer.nothing(DnsAnswer.Kind.NO_RECORDS, Duration.ZERO)
                    : DnsAnswer.found(found, Duration.ZERO);
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
