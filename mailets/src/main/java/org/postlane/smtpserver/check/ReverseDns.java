// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.check;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import javax.inject.Inject;

import org.apache.commons.configuration2.Configuration;
import org.postlane.james.Parameters;
import org.postlane.route.dns.DnsAnswer;
import org.postlane.route.dns.MailDns;
import org.postlane.smtpserver.Client;
import org.postlane.smtpserver.HandlerParameters;
import org.postlane.smtpserver.Networks;
import org.postlane.smtpserver.Place;
import org.postlane.smtpserver.Rejection;
import org.postlane.smtpserver.Rejections;

/**
 * Asks DNS for the client's name (PTR) and whether the name has the client's address: {@code 550 5.7.25} at MAIL (RFC 7372 3.3)
 * where it is to be refused, {@code 451 4.4.3} where nobody knows and mail shall wait for it.
 *
 * <pre>{@code
 * <handler class="org.postlane.smtpserver.check.ReverseDns">
 *   <noName>reject</noName>
 *   <unconfirmed>log</unconfirmed>
 *   <temporaryFailure>pass</temporaryFailure>
 * </handler>}</pre>
 *
 * <p>Safe for use by several threads.
 */
@Place(Place.Step.CHECK)
public final class ReverseDns extends ClientCheck {
    static final String NO_NAME = "noName";
    static final String UNCONFIRMED = "unconfirmed";
    static final String TEMPORARY_FAILURE = "temporaryFailure";

    private static final String FAILURE_EXPECTED = "pass or defer";

    private final MailDns dns;
    private Action noName;
    private Action unconfirmed;
    private Action failure;
    private Duration timeout;
    private Networks trusted;

    /** For James' injector. */
    @Inject
    public ReverseDns(Rejections rejections, MailDns dns) {
        super(rejections);
        this.dns = dns;
    }

    @Override
    public void init(Configuration config) {
        Parameters parameters = HandlerParameters.of(config, getClass());
        noName = Action.read(parameters, NO_NAME, Action.LOG);
        unconfirmed = Action.read(parameters, UNCONFIRMED, Action.LOG);
        failure = parameters.text(TEMPORARY_FAILURE, FAILURE_EXPECTED).map(text -> {
            switch (text.toLowerCase(Locale.ROOT)) {
                case "pass":
                    return Action.LOG;
                case "defer":
                    return Action.REJECT;
                default:
                    throw parameters.error(TEMPORARY_FAILURE, FAILURE_EXPECTED);
            }
        }).orElse(Action.LOG);
        timeout = CheckLimits.dnsTimeout(parameters);
        trusted = trustedBy(parameters);
        parameters.refuseUnknown();
    }

    @Override
    Networks trusted() {
        return trusted;
    }

    @Override
    CompletableFuture<Verdict> look(InetAddress client) {
        return CheckLimits.within(timeout, dns.names(client)).thenCompose(names -> {
            switch (names.kind()) {
                case FOUND:
                    return confirm(client, names.records());
                case NO_SUCH_NAME:
                case NO_RECORDS:
                    return CompletableFuture.completedFuture(Verdict.of(noName, Rejection.of(Rejection.Reason.REVERSE_DNS, "550",
                        "5.7.25 Your address [" + Client.text(client) + "] has no name in DNS")));
                case FAILED:
                case UNPROVEN:
                default:
                    return CompletableFuture.completedFuture(unknown(client));
            }
        });
    }

    private CompletableFuture<Verdict> confirm(InetAddress client, List<String> all) {
        List<String> names = all.subList(0, Math.min(CheckLimits.MOST_NAMES, all.size()));
        List<CompletableFuture<DnsAnswer<InetAddress>>> asked = names.stream()
            .map(name -> CheckLimits.within(timeout, dns.addresses(name))).collect(Collectors.toList());
        return CompletableFuture.allOf(asked.toArray(CompletableFuture<?>[]::new)).thenApply(unused -> {
            boolean confirmed = asked.stream().anyMatch(answer -> answer.join().records().contains(client));
            boolean unsure = asked.stream().map(answer -> answer.join().kind())
                .anyMatch(kind -> kind == DnsAnswer.Kind.FAILED || kind == DnsAnswer.Kind.UNPROVEN);
            if (confirmed) {
                return Verdict.PASS;
            }
            return unsure ? unknown(client) : Verdict.of(unconfirmed, Rejection.of(Rejection.Reason.REVERSE_DNS, "550",
                "5.7.25 The name " + names.get(0) + " of your address [" + Client.text(client) + "] does not have that address"));
        });
    }

    private Verdict unknown(InetAddress client) {
        return Verdict.of(failure, Rejection.of(Rejection.Reason.DNS_FAILURE, "451",
            "4.4.3 DNS has no answer now about your address [" + Client.text(client) + "], try again later"));
    }
}
