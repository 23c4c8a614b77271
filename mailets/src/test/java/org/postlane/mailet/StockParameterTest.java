// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.google.common.net.InetAddresses;
import org.apache.james.core.Domain;
import org.apache.james.dnsservice.api.InMemoryDNSService;
import org.apache.james.domainlist.lib.DomainListConfiguration;
import org.apache.james.domainlist.memory.MemoryDomainList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.postlane.james.ConfigurationError;
import org.postlane.james.JamesFiles;
import org.postlane.james.Parameters;
import org.postlane.outbound.settings.OutboundSettings;
import org.postlane.route.Host;
import org.postlane.route.HostHealth;
import org.postlane.route.Route;
import org.postlane.route.RouteTable;
import org.postlane.route.dns.Resolvers;
import org.postlane.smtp.SessionSettings;
import org.postlane.smtp.SmtpTimeouts;
import org.postlane.smtp.TlsMode;
import org.postlane.smtp.sasl.Credentials;
import org.slf4j.LoggerFactory;

class StockParameterTest {
    private static final Logger LOGGER = (Logger) LoggerFactory.getLogger(PooledRemoteDelivery.class);

    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final InMemoryDNSService dns = new InMemoryDNSService();

    @BeforeEach
    void listen() {
        log.start();
        LOGGER.addAppender(log);
    }

    @AfterEach
    void stopListening() {
        LOGGER.detachAppender(log);
    }

    private static Parameters parameters(String... written) {
        Map<String, String> values = new HashMap<>();
        for (int i = 0; i < written.length; i += 2) {
            values.put(written[i], written[i + 1]);
        }
        return new Parameters("mailetcontainer.xml, mailet PooledRemoteDelivery", values);
    }

    private OutboundSettings settings(String... written) {
        Parameters parameters = parameters(written);
        RemoteDeliveryParameters read = new RemoteDeliveryParameters(parameters, new JamesFiles(TestFiles.IN_TEMP));
        OutboundSettings settings = read.settings(domains(), new TestRepositories().known());
        RouteTable unused = read.routes(Resolvers.of(dns), () -> "home.test", new HostHealth());
        parameters.refuseUnknown();
        return settings;
    }

    /** The settings of a session with the gateway that is written, or else with an MX. */
    private SessionSettings session(String... written) {
        Parameters parameters = parameters(written);
        RemoteDeliveryParameters read = new RemoteDeliveryParameters(parameters, new JamesFiles(TestFiles.IN_TEMP));
        OutboundSettings settings = read.settings(domains(), new TestRepositories().known());
        Route route = route(read, Domain.of("192.0.2.9"));
        parameters.refuseUnknown();
        return settings.session(route.hosts().get(0).settings()).build();
    }

    private Route route(RemoteDeliveryParameters read, Domain domain) {
        return read.routes(Resolvers.of(dns), () -> "home.test", new HostHealth()).choose(Optional.empty(), domain)
            .resolve(domain).join();
    }

    private MemoryDomainList domains() {
        try {
            MemoryDomainList domains = new MemoryDomainList(dns);
            domains.configure(DomainListConfiguration.builder().autoDetect(false).autoDetectIp(false)
                .defaultDomain(Domain.of("home.test")).build());
            return domains;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private List<Integer> gatewayPorts(String... written) throws Exception {
        Route route = route(new RemoteDeliveryParameters(parameters(written), new JamesFiles(TestFiles.IN_TEMP)),
            Domain.of("a.test"));
        return route.hosts().stream().map(Host::address).map(address -> address.getPort()).toList();
    }

    private static String valueFor(StockParameter stock) {
        return switch (stock) {
            case OUTGOING, OUTGOING_QUEUE -> "mine";
            case DELAY_TIME -> "2*1 s, 5000";
            case MAX_RETRIES, MAX_DNS_PROBLEM_RETRIES -> "3";
            case TIMEOUT, CONNECTION_TIMEOUT -> "1234";
            case BOUNCE_PROCESSOR, ON_SUCCESS -> "theProcessor";
            case START_TLS, SSL_ENABLE, USE_PRIORITY, SENDPARTIAL, DEBUG -> "true";
            case VERIFY_SERVER_IDENTITY, LOAD_BALANCING -> "false";
            case BIND -> "127.0.0.7";
            case GATEWAY -> "127.0.0.1:26, 127.0.0.1:27";
            case GATEWAY_PORT -> "2525";
            case GATEWAY_USERNAME, GATEWAY_USERNAME_OF_2_3 -> "joe";
            case GATEWAY_PASSWORD -> " pass word";
            case HELO_NAME -> "out.home.test";
            case DELIVERY_THREADS -> "10";
        };
    }

    private void assertEffect(StockParameter stock, String key, String value) throws Exception {
        OutboundSettings plain = settings();
        switch (stock) {
            case OUTGOING -> {
                assertThat(plain.queue().asString()).isEqualTo("outgoing");
                assertThat(settings(key, value).queue().asString()).isEqualTo("mine");
            }
            case DELAY_TIME -> {
                OutboundSettings written = settings(key, value);
                List<Duration> delays = new ArrayList<>();
                for (int i = 0; i < 6; i++) {
                    written.retries().next(i, Duration.ofDays(30)).ifPresent(delays::add);
                }
                assertThat(delays).extracting(Duration::toSeconds).containsExactly(1L, 1L, 5L, 5L, 5L);
            }
            case MAX_RETRIES -> {
                assertThat(settings(key, value).retries().next(2, Duration.ofDays(30))).isPresent();
                assertThat(settings(key, value).retries().next(3, Duration.ZERO)).isEmpty();
                assertThat(settings(key, value, "delayTime", "7000").retries().next(2, Duration.ZERO))
                    .contains(Duration.ofSeconds(7));
            }
            case MAX_DNS_PROBLEM_RETRIES -> {
                assertThat(plain.dnsRetries()).isZero();
                assertThat(settings(key, value).dnsRetries()).isEqualTo(3);
            }
            case TIMEOUT -> assertThat(session(key, value).timeouts())
                .isEqualTo(SmtpTimeouts.RFC_5321.withEveryPhase(Duration.ofMillis(1234)));
            case CONNECTION_TIMEOUT -> assertThat(session(key, value).timeouts())
                .isEqualTo(SmtpTimeouts.RFC_5321.withConnect(Duration.ofMillis(1234)));
            case BOUNCE_PROCESSOR -> assertThat(settings(key, value).bounceProcessor()).contains("theProcessor");
            case ON_SUCCESS -> assertThat(settings(key, value).successProcessor()).contains("theProcessor");
            case START_TLS -> {
                assertThat(session().tls()).isEqualTo(TlsMode.OPPORTUNISTIC);
                assertThat(session(key, value).tls()).isEqualTo(TlsMode.VERIFIED_IF_OFFERED);
                assertThat(session(key, "false").tls()).isEqualTo(TlsMode.NONE);
            }
            case BIND -> assertThat(session(key, value).source()).contains(InetAddresses.forString("127.0.0.7"));
            case GATEWAY -> assertThat(gatewayPorts(key, value)).containsExactlyInAnyOrder(26, 27);
            case GATEWAY_PORT -> {
                assertThat(gatewayPorts("gateway", "127.0.0.1")).containsExactly(25);
                assertThat(gatewayPorts("gateway", "127.0.0.1,127.0.0.1:26", key, value)).containsExactlyInAnyOrder(2525, 26);
            }
            case GATEWAY_USERNAME, GATEWAY_USERNAME_OF_2_3 -> {
                assertThat(session("gateway", "127.0.0.1", key, value, "gatewayPassword", "x").credentials())
                    .contains(Credentials.password("joe", "x"));
                assertThat(session(key, value, "gatewayPassword", "x").credentials()).isEmpty();
                assertThatThrownBy(() -> settings("gateway", "127.0.0.1", key, value))
                    .isInstanceOf(ConfigurationError.class).hasMessageContaining("gatewayPassword");
            }
            case GATEWAY_PASSWORD -> assertThat(
                session("gateway", "127.0.0.1", "gatewayUsername", "joe", key, value).credentials())
                .contains(Credentials.password("joe", " pass word"));
            case HELO_NAME -> {
                assertThat(plain.ehloName()).isEqualTo("home.test");
                assertThat(settings(key, value).ehloName()).isEqualTo("out.home.test");
                assertThat(settings(key, "[127.0.0.1]").ehloName()).isEqualTo("[127.0.0.1]");
                assertThatThrownBy(() -> settings(key, "two words")).hasMessageContaining("<heloName>two words</heloName>");
                assertThatThrownBy(() -> settings(key, "::1")).hasMessageContaining("<heloName>::1</heloName>");
            }
            case USE_PRIORITY -> {
                assertThat(plain.hasLowPriorityRetries()).isFalse();
                assertThat(settings(key, value).hasLowPriorityRetries()).isTrue();
            }
            case LOAD_BALANCING -> {
                for (int i = 0; i < 30; i++) {
                    assertThat(gatewayPorts("gateway", "127.0.0.1:1,127.0.0.1:2,127.0.0.1:3", key, value))
                        .containsExactly(1, 2, 3);
                }
            }
            case VERIFY_SERVER_IDENTITY -> {
                assertThat(session("startTLS", "true", key, value).tls()).isEqualTo(TlsMode.OPPORTUNISTIC);
                assertThat(session("sslEnable", "true", key, value).tls()).isEqualTo(TlsMode.IMPLICIT);
            }
            case SSL_ENABLE -> {
                assertThat(session(key, value).tls()).isEqualTo(TlsMode.IMPLICIT_VERIFIED);
                assertThat(gatewayPorts("gateway", "127.0.0.1", key, value)).containsExactly(465);
            }
            case SENDPARTIAL, DEBUG -> assertThatThrownBy(() -> settings(key, "perhaps")).hasMessageContaining("true or false");
            case DELIVERY_THREADS, OUTGOING_QUEUE -> assertThat(settings(key, value).queue().asString()).isEqualTo("outgoing");
            default -> throw new AssertionError("No effect is asserted for " + stock);
        }
    }

    @ParameterizedTest
    @EnumSource(StockParameter.class)
    void everyStockKeyHasTheEffectOrTheWarningThatTheTableSays(StockParameter stock) throws Exception {
        assertEffect(stock, stock.key(), valueFor(stock));
        log.list.clear();
        settings("gateway", "127.0.0.1", "gatewayPassword", "x", stock.key(), valueFor(stock));
        List<String> warnings = log.list.stream().filter(event -> event.getLevel() == Level.WARN)
            .map(ILoggingEvent::getFormattedMessage).filter(line -> line.contains("<" + stock.key() + "> ")).toList();
        switch (stock.fate()) {
            case HONOURED -> assertThat(warnings).isEmpty();
            case REINTERPRETED -> assertThat(warnings).singleElement().asString().contains("is understood as");
            case DEAD -> assertThat(warnings).singleElement().asString().contains("has no effect");
            default -> throw new AssertionError("Not known: " + stock.fate());
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "mail.smtp.timeout|<timeout>", "mail.smtps.connectiontimeout|<connectiontimeout>", "mail.smtp.localhost|<heloName>",
        "mail.smtp.localaddress|<bind>", "mail.smtp.starttls.required|<tls>required</tls>", "mail.debug|no such key"})
    void aRawJavaMailPropertyIsRefusedWithTheNameOfOurKey(String key, String instead) {
        assertThatThrownBy(() -> settings(key, "1")).isInstanceOf(ConfigurationError.class)
            .hasMessageContaining("<" + key + ">").hasMessageContaining(instead);
    }

    @Test
    void aMisspeltParameterStopsTheStartAndNamesItAndTheNearestOne() throws Exception {
        try (Delivery delivery = new Delivery()) {
            assertThatThrownBy(() -> delivery.start("maxConnectionPerHost", "4")).isInstanceOf(ConfigurationError.class)
                .hasMessageContaining("mailetcontainer.xml, mailet PooledRemoteDelivery")
                .hasMessageContaining("<maxConnectionPerHost>").hasMessageContaining("nearest one is <maxConnectionsPerHost>");
        }
    }

    @Test
    void theKeysOfTheContainerPass() throws Exception {
        try (Delivery delivery = new Delivery()) {
            delivery.start("onMailetException", "ignore", "onMatchException", "nomatch", "onMatcherException", "nomatch");
            assertThat(delivery.queues.listCreatedMailQueues()).hasSize(1);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "maxConnectionsPerHost|0|a whole number from 1", "maxConnectionsPerHost|many|a whole number from 1",
        "maxConnections|-1|a whole number from 1", "maxMailsPerConnection|1.5|a whole number from 1",
        "idleTimeout|30|a time with its unit", "idleTimeout|1 ms|from 100 ms to 1 days",
        "maxConnectionAge|soon|a time with its unit", "tls|maybe|none, opportunistic, required or verified",
        "gatewayAuthWithoutTls|yes|true or false", "delayTime|soon|delays separated by commas",
        "delayTime|30 days|at most 20 days", "delayTime|999999999*1 s|at most 10000", "maxRetries|-1|a whole number from 0",
        "timeout|1 s|a whole number", "bind|localhost|an IP address", "gatewayPort|70000|a whole number from 1 to 65535",
        "gateway|a b|hosts separated by commas", "bounceProcessor|' '|the name of a processor"})
    void aBadValueNamesTheKeyTheValueAndWhatWasExpected(String key, String value, String expected) throws Exception {
        try (Delivery delivery = new Delivery()) {
            assertThatThrownBy(() -> delivery.start(key, value)).isInstanceOf(ConfigurationError.class)
                .hasMessageContaining("mailetcontainer.xml").hasMessageContaining("<" + key + ">" + value + "</" + key + ">")
                .hasMessageContaining("expected").hasMessageContaining(expected);
        }
    }

    @Test
    void tlsAndStockTlsKeysExcludeEachOther() {
        assertThatThrownBy(() -> settings("tls", "required", "startTLS", "true")).isInstanceOf(ConfigurationError.class)
            .hasMessageContaining("<tls>");
        assertThat(session("tls", "Verified").tls()).isEqualTo(TlsMode.VERIFIED);
        assertThat(session("tls", "none").tls()).isEqualTo(TlsMode.NONE);
    }

    @Test
    void twoElementsWithTheSameQueueStopTheStart() throws Exception {
        try (Delivery delivery = new Delivery()) {
            delivery.start();
            assertThatThrownBy(() -> delivery.start("outgoing", "outgoing")).isInstanceOf(ConfigurationError.class)
                .hasMessageContaining("<outgoing>outgoing</outgoing>").hasMessageContaining("a queue of its own");
        }
    }

    @Test
    void poolLimitsThatDifferStopTheStartAndNameBothPlacesAndEqualOnesDoNot() throws Exception {
        try (Delivery delivery = new Delivery()) {
            delivery.start("outgoing", "one", "idleTimeout", "20 s");
            delivery.start("outgoing", "two", "idleTimeout", "20000 ms");
            delivery.start("outgoing", "three");
            assertThatThrownBy(() -> delivery.start("outgoing", "four", "idleTimeout", "21 s"))
                .isInstanceOf(ConfigurationError.class).hasMessageContaining("idleTimeout").hasMessageContaining("21 s")
                .hasMessageContaining("<outgoing>one").hasMessageContaining("<outgoing>four");
        }
    }

    @Test
    void moreConnectionsToOneHostThanInAllStopTheStart() throws Exception {
        try (Delivery delivery = new Delivery()) {
            assertThatThrownBy(() -> delivery.start("maxConnections", "4", "maxConnectionsPerHost", "5"))
                .isInstanceOf(ConfigurationError.class).hasMessageContaining("5").hasMessageContaining("4");
        }
    }
}
