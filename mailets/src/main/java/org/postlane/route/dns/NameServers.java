// SPDX-License-Identifier: Apache-2.0
package org.postlane.route.dns;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;

import org.xbill.DNS.Message;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SimpleResolver;

/**
 * Asks the configured name servers one after the other: each once for a short while, then each once for a longer one. One that
 * did not answer the last questions comes last. Safe for use by several threads; holds none while it waits.
 */
final class NameServers {
    private final List<NameServer> servers;
    private final Executor answers;
    private final Slots first;
    private final Slots second;

    /** Servers. What comes of answers is done on threads of their own. */
    NameServers(List<InetSocketAddress> addresses) {
        this(addresses, LookupLimits.FIRST_WAIT, LookupLimits.SECOND_WAIT);
    }

    NameServers(List<InetSocketAddress> addresses, Duration firstWait, Duration secondWait) {
        this.servers = addresses.stream().limit(LookupLimits.MOST_SERVERS)
            .map(address -> new NameServer(address, firstWait, secondWait)).collect(Collectors.toList());
        this.answers = LookupThreads.of("postlane-dns", LookupLimits.THREADS);
        this.first = new Slots(LookupLimits.MOST_FIRST_QUESTIONS, answers);
        this.second = new Slots(LookupLimits.MOST_SECOND_QUESTIONS, answers);
    }

    /**
     * The answer of a server. It says NOERROR or NXDOMAIN where any server did.
     *
     * @return fails with an {@link IOException} where none answered at all
     */
    CompletableFuture<Message> ask(Record question) {
        if (servers.isEmpty()) {
            return CompletableFuture.failedFuture(new IOException("no name server is configured"));
        }
        return first.run(() -> round(question, server -> server.quick)).thenCompose(answer -> answer == null
            ? second.run(() -> round(question, server -> server.patient))
            : CompletableFuture.completedFuture(answer)).thenCompose(answer -> answer == null
                ? CompletableFuture.failedFuture(new IOException("no name server answers"))
                : CompletableFuture.completedFuture(answer));
    }

    /** Null where none answered. */
    private CompletableFuture<Message> round(Record question, Function<NameServer, SimpleResolver> way) {
        List<NameServer> order = new ArrayList<>(servers);
        if (order.size() > 1) {
            // Sorted by a copy: a count that changes meanwhile would confuse the sorting.
            order = order.stream().map(NameServer::seen).sorted(Comparator.comparingInt(seen -> seen.silences))
                .map(seen -> seen.server).collect(Collectors.toList());
        }
        return next(question, way, order, 0, null);
    }

    private CompletableFuture<Message> next(Record question, Function<NameServer, SimpleResolver> way, List<NameServer> order,
                                            int index, Message soFar) {
        if (index == order.size()) {
            return CompletableFuture.completedFuture(soFar);
        }
        NameServer server = order.get(index);
        return server.ask(way.apply(server), question, answers).thenCompose(answer -> answer != null && isConclusive(answer)
            ? CompletableFuture.completedFuture(answer)
            : next(question, way, order, index + 1, answer == null ? soFar : answer));
    }

    private static boolean isConclusive(Message answer) {
        int code = answer.getRcode();
        return (code == Rcode.NOERROR || code == Rcode.NXDOMAIN) && !AnswerReader.isReferral(answer);
    }

    private static final class NameServer {
        private final SimpleResolver patient;
        private final SimpleResolver quick;
        private final AtomicInteger silences = new AtomicInteger();

        private NameServer(InetSocketAddress address, Duration firstWait, Duration secondWait) {
            this.quick = resolver(address, firstWait);
            this.patient = resolver(address, secondWait);
        }

        private static SimpleResolver resolver(InetSocketAddress address, Duration wait) {
            SimpleResolver resolver = new SimpleResolver(address);
            resolver.setTimeout(wait);
            return resolver;
        }

        private Seen seen() {
            return new Seen(this, silences.get());
        }

        /** Null for no answer, and for none that can be read. */
        private CompletableFuture<Message> ask(SimpleResolver way, Record question, Executor answers) {
            return way.sendAsync(Message.newQuery(question), answers).handle((answer, failure) -> {
                silences.updateAndGet(before -> failure == null ? 0 : before + 1);
                return answer;
            }).toCompletableFuture();
        }
    }

    private static final class Seen {
        private final NameServer server;
        private final int silences;

        private Seen(NameServer server, int silences) {
            this.server = server;
            this.silences = silences;
        }
    }
}
