// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import com.google.common.base.Suppliers;
import org.apache.james.domainlist.api.DomainList;
import org.apache.james.queue.api.MailQueueName;
import org.apache.james.transport.mailets.remote.delivery.HeloNameProvider;
import org.postlane.james.ConfigurationError;
import org.postlane.james.JamesFiles;
import org.postlane.james.Parameters;
import org.postlane.outbound.settings.InHandLimits;
import org.postlane.outbound.settings.OutboundSettings;
import org.postlane.route.DomainTlsPolicy;
import org.postlane.route.Gateway;
import org.postlane.route.GatewayRoutes;
import org.postlane.route.HostAndPort;
import org.postlane.route.HostHealth;
import org.postlane.route.HostSession;
import org.postlane.route.MxRoutes;
import org.postlane.route.OwnHosts;
import org.postlane.route.RouteTable;
import org.postlane.route.UsableAddresses;
import org.postlane.route.dns.MailDns;
import org.postlane.smtp.Domain;
import org.postlane.smtp.TlsMode;
import org.postlane.smtp.sasl.Credentials;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the parameters of {@link PooledRemoteDelivery}: stock's with their stock meaning, ours beside them. */
final class RemoteDeliveryParameters {
    static final String TLS = "tls";

    static final String SHARED_DESTINATIONS = "sharedDestinations";
    static final String ENTRY_PER_DOMAIN = "entryPerDomain";
    static final String MAILS_IN_HAND = "maxMailsInHand";
    static final String MEGABYTES_IN_HAND = "maxMegabytesInHand";

    /** The default domain may change while James runs, and is not asked for at every attempt: it may lie in a database. */
    private static final Duration NAME_HOLDS_FOR = Duration.ofSeconds(5);
    private static final int MOST_IN_HAND = 100_000;
    private static final int MOST_MEGABYTES = 1_000_000;
    private static final long MEGABYTE = 1L << 20;
    private static final Logger LOGGER = LoggerFactory.getLogger(PooledRemoteDelivery.class);

    private final Parameters parameters;
    private final JamesFiles files;
    private final CredentialParameters credentials;
    private final SessionParameters sessions;
    private final TlsMode tls;
    private final List<HostAndPort> gateways;
    private final RouteParameters routes;

    /**
     * Reads all but the limits of the pool, and warns of what does not mean what it seems to.
     *
     * @throws ConfigurationError for a raw JavaMail property
     */
    RemoteDeliveryParameters(Parameters parameters, JamesFiles files) {
        this.parameters = parameters;
        this.files = files;
        refuseJavaMail();
        for (StockParameter stock : StockParameter.values()) {
            if (parameters.isSet(stock.key())) {
                stock.warning().ifPresent(warning -> LOGGER.warn("{}: {}", parameters.where(), warning));
            }
        }
        this.credentials = new CredentialParameters(parameters);
        this.sessions = new SessionParameters(parameters);
        this.tls = readTls();
        this.gateways = readGateways();
        this.routes = new RouteParameters(parameters, files, tlsToMx());
    }

    private void refuseJavaMail() {
        for (String key : parameters.unread()) {
            StockParameter.insteadOfJavaMail(key).ifPresent(instead -> {
                throw new ConfigurationError(parameters.where() + ": <" + key + ">: " + instead);
            });
        }
    }

    OutboundSettings settings(DomainList domains, KnownRepositories repositories) {
        OutcomeParameters outcomes = new OutcomeParameters(parameters);
        HeloNameProvider helo = new HeloNameProvider(heloName(), domains);
        parameters.flag(StockParameter.SENDPARTIAL.key(), true);
        parameters.flag(StockParameter.DEBUG.key(), false);
        return new OutboundSettings.Builder()
            .queue(MailQueueName.of(parameters.text(StockParameter.OUTGOING.key(), "the name of a queue").orElse("outgoing")))
            .retries(outcomes.retries())
            .delayWarning(outcomes.delayWarning())
            .deadLetters(outcomes.deadLetters(repositories))
            .dnsRetries(parameters.wholeNumber(StockParameter.MAX_DNS_PROBLEM_RETRIES.key(), 0, 0,
                OutcomeParameters.MOST_RETRIES))
            .bounceProcessor(parameters.text(StockParameter.BOUNCE_PROCESSOR.key(), "the name of a processor"))
            .successProcessor(parameters.text(StockParameter.ON_SUCCESS.key(), "the name of a processor"))
            .lowPriorityRetries(usesPriority())
            .inHand(inHand())
            .sharedDestinations(parameters.flag(SHARED_DESTINATIONS, false))
            .entryPerDomain(parameters.flag(ENTRY_PER_DOMAIN, false))
            .ehloName(Suppliers.memoizeWithExpiration(helo::getHeloName, NAME_HOLDS_FOR.toMillis(), TimeUnit.MILLISECONDS))
            .session(sessions.read())
            .build();
    }

    private InHandLimits inHand() {
        int megabytes = parameters.wholeNumber(MEGABYTES_IN_HAND, 0, 1, MOST_MEGABYTES);
        return new InHandLimits(parameters.wholeNumber(MAILS_IN_HAND, InHandLimits.DEFAULT_MAILS, 1, MOST_IN_HAND),
            megabytes == 0 ? InHandLimits.DEFAULT_OCTETS : megabytes * MEGABYTE);
    }

    private String heloName() {
        String expected = "a host name of letters, digits, hyphens and dots, or an address literal such as [192.0.2.1]";
        Optional<String> name = parameters.text(StockParameter.HELO_NAME.key(), expected);
        if (name.isPresent() && !isHeloName(name.get())) {
            throw parameters.error(StockParameter.HELO_NAME.key(), expected);
        }
        return name.orElse(null);
    }

    private static boolean isHeloName(String name) {
        try {
            return !Domain.of(name).needsSmtpUtf8();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** Whether first attempts stand before retries in queues that know priorities. */
    boolean usesPriority() {
        return parameters.flag(StockParameter.USE_PRIORITY.key(), false);
    }

    RouteTable routes(MailDns dns, Supplier<String> ehloName, HostHealth health) {
        boolean shuffled = parameters.flag(StockParameter.LOAD_BALANCING.key(), true);
        HostSession usual = HostSession.DEFAULT.withTlsMaterial(TlsParameters.read(parameters, files, tlsModes()));
        RouteParts parts = new RouteParts(dns,
            new UsableAddresses(routes.addressFamilies(), sessions.source()), health);
        Optional<Credentials> user = credentials.read(tls, !gateways.isEmpty());
        MxRoutes toMx = parts.byMx(routes.mxPort(isImplicit(tlsToMx()) ? Ports.SMTPS : Ports.SMTP),
            new DomainTlsPolicy(usual.withTls(tlsToMx()), routes.tlsPolicies()), new OwnHosts(ehloName));
        if (gateways.isEmpty()) {
            return routes.table(parts, usual.tlsMaterial(), toMx, toMx, false);
        }
        List<Gateway> all = gateways(usual.withTls(tls).speaking(sessions.protocol()).as(user));
        GatewayRoutes through = parts.through(routes.nameOf(all), all,
            shuffled ? GatewayRoutes.Order.SHUFFLED : GatewayRoutes.Order.LISTED, routes.tlsPolicies());
        return routes.table(parts, usual.tlsMaterial(), toMx, through, true);
    }

    private Set<TlsMode> tlsModes() {
        Set<TlsMode> modes = new TreeSet<>(routes.tlsModes());
        modes.add(tls);
        return modes;
    }

    /** The default for a gateway's password is no default for the mail servers of the world. */
    private TlsMode tlsToMx() {
        boolean chosen = gateways.isEmpty() || parameters.isSet(TLS)
            || parameters.isSet(StockParameter.START_TLS.key()) || parameters.isSet(StockParameter.SSL_ENABLE.key());
        return chosen ? tls : TlsMode.OPPORTUNISTIC;
    }

    private List<Gateway> gateways(HostSession session) {
        int port = gatewayPort();
        return gateways.stream().map(one -> new Gateway(one.host(), one.port().orElse(port), 1, session, false))
            .collect(Collectors.toList());
    }

    private TlsMode readTls() {
        boolean startTls = parameters.flag(StockParameter.START_TLS.key(), false);
        boolean implicit = parameters.flag(StockParameter.SSL_ENABLE.key(), false);
        boolean verify = parameters.flag(StockParameter.VERIFY_SERVER_IDENTITY.key(), true);
        boolean stockWritten = parameters.isSet(StockParameter.START_TLS.key())
            || parameters.isSet(StockParameter.SSL_ENABLE.key());
        String expected = TlsParameters.MODES + ", and then neither <startTLS> nor <sslEnable>";
        Optional<String> ours = parameters.text(TLS, expected);
        if (ours.isPresent()) {
            if (stockWritten) {
                throw parameters.error(TLS, expected);
            }
            try {
                return TlsParameters.mode(ours.get());
            } catch (IllegalArgumentException e) {
                throw parameters.error(TLS, expected);
            }
        }
        if (implicit) {
            return verify ? TlsMode.IMPLICIT_VERIFIED : TlsMode.IMPLICIT;
        }
        if (startTls) {
            return verify ? TlsMode.VERIFIED_IF_OFFERED : TlsMode.OPPORTUNISTIC;
        }
        if (stockWritten) {
            return TlsMode.NONE;
        }
        // A password goes to a server that has shown who it is, unless the administrator says otherwise.
        boolean authenticates = credentials.hasUserName() && SessionParameters.hasGateway(parameters);
        return authenticates && !credentials.areAllowedWithoutTls() ? TlsMode.VERIFIED : TlsMode.OPPORTUNISTIC;
    }

    private static boolean isImplicit(TlsMode mode) {
        return mode == TlsMode.IMPLICIT || mode == TlsMode.IMPLICIT_VERIFIED;
    }

    private int defaultPort() {
        return sessions.isLmtp() ? Ports.LMTP : isImplicit(tls) ? Ports.SMTPS : Ports.SMTP;
    }

    private int gatewayPort() {
        return parameters.wholeNumber(StockParameter.GATEWAY_PORT.key(), defaultPort(), 1, Ports.HIGHEST);
    }

    private List<HostAndPort> readGateways() {
        String key = StockParameter.GATEWAY.key();
        String expected = "hosts separated by commas, each with a port or not, like mx1.example.org:2525";
        int unused = gatewayPort();
        if (!SessionParameters.hasGateway(parameters)) {
            return List.of();
        }
        String written = parameters.raw(key);
        try {
            return Arrays.stream(written.split(",")).map(HostAndPort::parse).collect(Collectors.toList());
        } catch (IllegalArgumentException e) {
            throw parameters.error(key, expected);
        }
    }
}
