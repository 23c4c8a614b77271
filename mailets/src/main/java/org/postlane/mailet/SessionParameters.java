// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import java.net.InetAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

import com.google.common.net.InetAddresses;
import org.postlane.james.ConfigurationError;
import org.postlane.james.Parameters;
import org.postlane.outbound.settings.OutboundSettings;
import org.postlane.smtp.Protocol;
import org.postlane.smtp.SessionSettings;
import org.postlane.smtp.SmtpTimeouts;

/** Reads what is spoken with servers, from where, and for how long each phase may take. */
final class SessionParameters {
    static final String GATEWAY_PROTOCOL = "gatewayProtocol";
    static final String IGNORE_EXTENSIONS = "ignoreExtensions";
    static final String MAILS_IN_FLIGHT = "mailsInFlightPerConnection";

    private static final int LONGEST_TIMEOUT_MS = 24 * 3600 * 1000;

    private final Parameters parameters;
    private final Protocol protocol;

    /**
     * Reads the protocol, which decides about ports.
     *
     * @throws ConfigurationError for LMTP without a gateway: it is no protocol for the MX of a domain (RFC 2033 5)
     */
    SessionParameters(Parameters parameters) {
        this.parameters = parameters;
        String expected = "smtp or lmtp";
        String written = parameters.text(GATEWAY_PROTOCOL, expected).orElse(Protocol.SMTP.name());
        this.protocol = Arrays.stream(Protocol.values())
            .filter(one -> one.name().equals(written.toUpperCase(Locale.US)))
            .findFirst()
            .orElseThrow(() -> parameters.error(GATEWAY_PROTOCOL, expected));
        if (isLmtp() && !hasGateway(parameters)) {
            throw parameters.error(GATEWAY_PROTOCOL, "a host in <" + StockParameter.GATEWAY.key() + "> beside lmtp");
        }
    }

    /** Whether mail goes to gateways: stock takes one that is written but blank for none. */
    static boolean hasGateway(Parameters parameters) {
        String key = StockParameter.GATEWAY.key();
        return parameters.isSet(key) && !parameters.raw(key).isBlank();
    }

    boolean isLmtp() {
        return protocol == Protocol.LMTP;
    }

    /** What the gateways speak. */
    Protocol protocol() {
        return protocol;
    }

    /** What to set for each session. */
    UnaryOperator<SessionSettings.Builder> read() {
        InetAddress source = source().orElse(null);
        SmtpTimeouts timeouts = timeouts();
        List<String> ignored = ignoredExtensions();
        int inFlight = parameters.wholeNumber(MAILS_IN_FLIGHT, OutboundSettings.DEFAULT_MAILS_IN_FLIGHT_PER_CONNECTION, 1,
            SessionSettings.MOST_TRANSACTIONS_IN_FLIGHT);
        return session -> session.ignoring(ignored).source(source).timeouts(timeouts).transactionsInFlight(inFlight);
    }

    private List<String> ignoredExtensions() {
        String expected = "keywords of EHLO separated by commas, like CHUNKING, PIPELINING";
        Optional<String> written = parameters.text(IGNORE_EXTENSIONS, expected);
        if (written.isEmpty()) {
            return List.of();
        }
        List<String> keywords = Arrays.stream(written.get().split(",", -1)).map(String::trim).collect(Collectors.toList());
        if (!keywords.stream().allMatch(word -> word.matches("[A-Za-z0-9][A-Za-z0-9-]*"))) {
            throw parameters.error(IGNORE_EXTENSIONS, expected);
        }
        return keywords;
    }

    /** The address of this machine that connections come from. */
    Optional<InetAddress> source() {
        String key = StockParameter.BIND.key();
        String expected = "an IP address of this machine";
        return parameters.text(key, expected).map(text -> {
            if (!InetAddresses.isInetAddress(text)) {
                throw parameters.error(key, expected);
            }
            return InetAddresses.forString(text);
        });
    }

    private SmtpTimeouts timeouts() {
        SmtpTimeouts timeouts = SmtpTimeouts.RFC_5321;
        String connect = StockParameter.CONNECTION_TIMEOUT.key();
        if (parameters.isSet(connect)) {
            timeouts = timeouts.withConnect(Duration.ofMillis(parameters.wholeNumber(connect, 0, 1, LONGEST_TIMEOUT_MS)));
        }
        String every = StockParameter.TIMEOUT.key();
        if (parameters.isSet(every)) {
            timeouts = timeouts.withEveryPhase(Duration.ofMillis(parameters.wholeNumber(every, 0, 1, LONGEST_TIMEOUT_MS)));
        }
        return timeouts;
    }
}
