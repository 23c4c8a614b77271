// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.check;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

import org.postlane.route.dns.DnsAnswer;
import org.postlane.route.dns.MailDns;
import org.postlane.smtpserver.Rejection;

/** Whether mail can be sent to a domain: it has an MX record, or an address (RFC 5321 5.1), and no null MX. Thread-safe. */
final class SenderDomain {
    private final MailDns dns;
    private final Duration timeout;

    SenderDomain(MailDns dns, Duration timeout) {
        this.dns = dns;
        this.timeout = timeout;
    }

    /** Why a sender in this domain is refused; empty where it is not. Never fails. */
    CompletableFuture<Optional<Rejection>> ask(String domain) {
        return CheckLimits.within(timeout, dns.exchangers(domain)).thenCompose(answer -> {
            switch (answer.kind()) {
                case FOUND:
                    // RFC 7505 3: a null MX stands alone.
                    boolean takesMail = answer.records().stream()
                        .anyMatch(exchanger -> !exchanger.target().isEmpty() && !exchanger.target().equals("."));
                    return CompletableFuture.completedFuture(takesMail ? Optional.empty() : Optional.of(refused("550",
                        "5.7.27 Domain " + domain + " takes no mail (null MX), and so sends none")));
                case FAILED:
                    return CompletableFuture.completedFuture(Optional.of(unknown(domain)));
                case NO_SUCH_NAME:
                    return CompletableFuture.completedFuture(Optional.of(refused("550", "5.1.8 Domain " + domain
                        + " does not exist")));
                case NO_RECORDS:
                case UNPROVEN:
                default:
                    return CheckLimits.within(timeout, dns.addresses(domain))
                        .thenApply(addresses -> byAddresses(domain, answer, addresses));
            }
        });
    }

    private static Optional<Rejection> byAddresses(String domain, DnsAnswer<?> exchangers, DnsAnswer<?> addresses) {
        if (addresses.kind() == DnsAnswer.Kind.FOUND) {
            return Optional.empty();
        }
        boolean sure = exchangers.kind() == DnsAnswer.Kind.NO_RECORDS
            && (addresses.kind() == DnsAnswer.Kind.NO_RECORDS || addresses.kind() == DnsAnswer.Kind.NO_SUCH_NAME);
        return Optional.of(sure ? refused("550", "5.1.8 Domain " + domain + " has neither an MX record nor an address")
            : unknown(domain));
    }

    /** RFC 7505 4.2, RFC 3463 3.2. */
    private static Rejection refused(String code, String text) {
        return Rejection.of(Rejection.Reason.SENDER_DOMAIN, code, text);
    }

    static Rejection unknown(String domain) {
        return Rejection.of(Rejection.Reason.DNS_FAILURE, "451", "4.4.3 DNS has no answer now about domain " + domain
            + ", try again later");
    }
}
