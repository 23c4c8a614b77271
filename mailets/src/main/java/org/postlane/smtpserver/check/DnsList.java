// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.check;

import java.net.InetAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;

import com.google.common.net.InetAddresses;
import org.postlane.james.Parameters;
import org.postlane.route.dns.DnsAnswer;
import org.postlane.route.dns.MailDns;
import org.postlane.smtpserver.Client;
import org.postlane.smtpserver.Rejection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A list of addresses in DNS (RFC 5782). One that has the address which no list may have is out of order and is not asked: lists
 * that were shut down have answered so about the whole world. Safe for use by several threads.
 */
final class DnsList {
    private static final Logger LOGGER = LoggerFactory.getLogger(DnsList.class);

    /** RFC 5782 5: each list of IPv4 addresses has the one and not the other. */
    private static final InetAddress LISTED_4 = InetAddresses.forString("127.0.0.2");
    private static final InetAddress NEVER_LISTED_4 = InetAddresses.forString("127.0.0.1");
    /** The same of lists of IPv6 addresses. Java would make IPv4 addresses of them. */
    private static final String LISTED_6 = mapped("2");
    private static final String NEVER_LISTED_6 = mapped("1");

    private final String zone;
    private final ListAnswers answers;
    private final Action action;
    private final MailDns dns;
    private final Duration timeout;
    private final LongSupplier nanos;
    private CompletableFuture<Boolean> inOrder;
    private long checkedAt;

    DnsList(String zone, ListAnswers answers, Action action, MailDns dns, Duration timeout, LongSupplier nanos) {
        this.zone = zone;
        this.answers = answers;
        this.action = action;
        this.dns = dns;
        this.timeout = timeout;
        this.nanos = nanos;
    }

    /** The name by which a list has an address (RFC 5782 2.1, 2.4): octets or, of IPv6, half octets, the last first. */
    static String reversed(InetAddress address) {
        byte[] octets = address.getAddress();
        StringBuilder name = new StringBuilder();
        for (int i = octets.length - 1; i >= 0; i--) {
            int octet = octets[i] & 0xff;
            if (octets.length == 4) {
                name.append(octet).append('.');
            } else {
                name.append(Character.forDigit(octet & 0xf, 16)).append('.')
                    .append(Character.forDigit(octet >> 4, 16)).append('.');
            }
        }
        return name.toString();
    }

    /** ::FFFF:7F00:x */
    private static String mapped(String last) {
        return last + ".0.0.0.0.0.f.7.f.f.f.f." + "0.".repeat(20);
    }

    Action action() {
        return action;
    }

    /** Why the client is refused; empty where the list does not have it, or nobody knows. Never fails. */
    CompletableFuture<Optional<Rejection>> ask(InetAddress client) {
        return isInOrder().thenCompose(usable -> usable ? lookUp(client) : CompletableFuture.completedFuture(Optional.empty()));
    }

    private CompletableFuture<Optional<Rejection>> lookUp(InetAddress client) {
        String name = reversed(client) + zone;
        return answers(name).thenCompose(answer -> {
            if (answer.kind() == DnsAnswer.Kind.FAILED) {
                LOGGER.info("DNS list {} does not answer for client={}, who may pass: {}", zone, Client.text(client),
                    answer.explanation());
            }
            if (answer.records().stream().noneMatch(answers::contains)) {
                return CompletableFuture.completedFuture(Optional.empty());
            }
            return CheckLimits.within(timeout, dns.texts(name)).thenApply(texts -> Optional.of(rejection(client, texts)));
        });
    }

    private CompletableFuture<DnsAnswer<InetAddress>> answers(String name) {
        return CheckLimits.within(timeout, dns.listAnswers(name));
    }

    private Rejection rejection(InetAddress client, DnsAnswer<String> texts) {
        String reason = texts.records().isEmpty() ? "" : ": " + texts.records().get(0);
        return Rejection.of(Rejection.Reason.DNS_LIST, "550", "5.7.1 Client [" + Client.text(client) + "] is listed by " + zone
            + reason.substring(0, Math.min(CheckLimits.MOST_REASON, reason.length())));
    }

    private synchronized CompletableFuture<Boolean> isInOrder() {
        long now = nanos.getAsLong();
        if (inOrder == null || (inOrder.isDone() && now - checkedAt >= CheckLimits.LIST_CHECK.toNanos())) {
            checkedAt = now;
            inOrder = check();
        }
        return inOrder;
    }

    private CompletableFuture<Boolean> check() {
        CompletableFuture<DnsAnswer<InetAddress>> listed = answers(reversed(LISTED_4) + zone);
        CompletableFuture<DnsAnswer<InetAddress>> listed6 = answers(LISTED_6 + zone);
        CompletableFuture<DnsAnswer<InetAddress>> never = answers(reversed(NEVER_LISTED_4) + zone);
        CompletableFuture<DnsAnswer<InetAddress>> never6 = answers(NEVER_LISTED_6 + zone);
        return CompletableFuture.allOf(listed, listed6, never, never6).thenApply(all -> {
            DnsAnswer<InetAddress> wrong = isFound(never.join()) ? never.join() : never6.join();
            if (isFound(wrong)) {
                LOGGER.error("DNS list {} answers {} for an address that no list may have (RFC 5782 5): it is out of order, "
                    + "or does not answer this server, and is not asked for {}", zone, wrong.records(),
                    Parameters.spell(CheckLimits.LIST_CHECK));
                return false;
            }
            if (isAbsent(listed.join()) && isAbsent(listed6.join())) {
                LOGGER.warn("DNS list {} does not have the address that every list must have (RFC 5782 5): is it one?", zone);
            }
            return true;
        });
    }

    private static boolean isFound(DnsAnswer<?> answer) {
        return answer.kind() == DnsAnswer.Kind.FOUND;
    }

    private static boolean isAbsent(DnsAnswer<?> answer) {
        return answer.kind() == DnsAnswer.Kind.NO_SUCH_NAME || answer.kind() == DnsAnswer.Kind.NO_RECORDS;
    }

    @Override
    public String toString() {
        return zone;
    }
}
