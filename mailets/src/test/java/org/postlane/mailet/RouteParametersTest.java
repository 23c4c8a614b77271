// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

import org.apache.commons.configuration2.HierarchicalConfiguration;
import org.apache.commons.configuration2.tree.ImmutableNode;
import org.apache.james.core.Domain;
import org.apache.james.dnsservice.api.InMemoryDNSService;
import org.apache.james.mailetcontainer.impl.MailetConfigImpl;
import org.apache.james.server.core.configuration.FileConfigurationProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postlane.james.ConfigurationError;
import org.postlane.james.JamesFiles;
import org.postlane.james.Parameters;
import org.postlane.route.Host;
import org.postlane.route.HostHealth;
import org.postlane.route.RouteSource;
import org.postlane.route.RouteTable;
import org.postlane.route.dns.Resolvers;
import org.postlane.smtp.Protocol;
import org.postlane.smtp.TlsMaterial;
import org.postlane.smtp.TlsMode;
import org.postlane.smtp.sasl.Credentials;
import org.postlane.smtp.sasl.SaslMechanism;
import org.postlane.testing.TestTls;

class RouteParametersTest {
    private static final String FOUR_RULES = """
        partner.example, *.partner.example = 127.0.1.1:2525,
            127.0.1.2 order=listed tls=required
        *.lists.example = 127.0.2.1*3, 127.0.2.2*1; box.example = lmtp://127.0.3.1 tls=none
        from:news.example = smtps://127.0.4.1 (user=news password="a;b, (c) ""d"" =")
        from:news.example *.lists.example = 127.0.5.1
        from:*.news.example = mx
        """;
    @TempDir
    private Path directory;
    private final InMemoryDNSService dns = new InMemoryDNSService();

    private RouteTable table(String... written) {
        Map<String, String> values = new HashMap<>();
        for (int i = 0; i < written.length; i += 2) {
            values.put(written[i], written[i + 1]);
        }
        return table(new Parameters("mailetcontainer.xml, mailet PooledRemoteDelivery", values));
    }

    private RouteTable table(Parameters parameters) {
        return new RemoteDeliveryParameters(parameters, new JamesFiles(new TestFiles(directory)))
            .routes(Resolvers.of(dns), () -> "home.test", new HostHealth());
    }

    private static RouteSource choose(RouteTable table, String sender, String recipient) {
        return table.choose(Optional.ofNullable(sender).map(Domain::of), Domain.of(recipient));
    }

    private static String destination(RouteTable table, String sender, String recipient) {
        return choose(table, sender, recipient).destination(Domain.of(recipient));
    }

    private static List<Host> hosts(RouteTable table, String sender, String recipient) {
        return choose(table, sender, recipient).resolve(Domain.of(recipient)).join().hosts();
    }

    private void refused(String message, String... written) {
        assertThatThrownBy(() -> table(written)).isInstanceOf(ConfigurationError.class)
            .hasMessageContaining("mailetcontainer.xml, mailet PooledRemoteDelivery").hasMessageContaining(message)
            .hasMessageNotContaining("s3cret");
    }

    @ParameterizedTest
    @CsvSource(nullValues = "-", value = {
        "-,partner.example,'gateway 127.0.1.1:2525, 127.0.1.2:25'",
        "-,Sub.Partner.Example,'gateway 127.0.1.1:2525, 127.0.1.2:25'",
        "news.example,partner.example,'gateway 127.0.1.1:2525, 127.0.1.2:25'",
        "home.test,x.lists.example,'gateway 127.0.2.1:25, 127.0.2.2:25'",
        "-,lists.example,lists.example",
        "news.example,x.lists.example,gateway 127.0.5.1:25",
        "-,box.example,gateway lmtp://127.0.3.1:24",
        "news.example,Anywhere.Example,gateway 127.0.4.1:465 as news",
        "old.news.example,anywhere.example,anywhere.example",
        "-,anywhere.example,anywhere.example"})
    void theRecipientsDomainDecidesFirstAndThenTheSenders(String sender, String recipient, String destination) {
        assertThat(destination(table("routes", FOUR_RULES), sender, recipient)).isEqualTo(destination);
    }

    @Test
    void eachGatewayHasTheSessionThatItsRuleSays() {
        RouteTable table = table("routes", FOUR_RULES);
        assertThat(hosts(table, null, "partner.example")).extracting(Host::toString)
            .containsExactly("127.0.1.1[127.0.1.1]:2525", "127.0.1.2[127.0.1.2]:25");
        assertThat(hosts(table, null, "partner.example")).allMatch(host -> host.session().tls() == TlsMode.REQUIRED);
        Host box = hosts(table, null, "box.example").get(0);
        assertThat(box.session().protocol()).isEqualTo(Protocol.LMTP);
        assertThat(box.session().tls()).isEqualTo(TlsMode.NONE);
        Host news = hosts(table, "news.example", "anywhere.example").get(0);
        assertThat(news.session().tls()).isEqualTo(TlsMode.IMPLICIT_VERIFIED);
        assertThat(news.session().credentials()).contains(
            Credentials.password("news", "a;b, (c) \"d\" ="));
    }

    @Test
    void theRulesSurviveTheXmlOfJamesWithCommasAndLineEnds() throws Exception {
        String xml = """
            <mailetcontainer><processors><processor state="transport">
              <mailet match="All" class="org.postlane.mailet.PooledRemoteDelivery">
                <outgoing>outgoing</outgoing>
                <routes>
            RULES
                </routes>
                <tlsPolicies>a.example=verified; *.b.example=none</tlsPolicies>
                <addressFamilies>ipv4</addressFamilies>
              </mailet>
            </processor></processors></mailetcontainer>
            """.replace("RULES", FOUR_RULES);
        HierarchicalConfiguration<ImmutableNode> mailet = FileConfigurationProvider
            .getConfig(new ByteArrayInputStream(xml.getBytes(UTF_8))).configurationAt("processors.processor(0).mailet(0)");
        MailetConfigImpl config = new MailetConfigImpl();
        config.setMailetName("PooledRemoteDelivery");
        config.setConfiguration(mailet);
        RouteTable table = table(Parameters.of(config));
        assertThat(destination(table, null, "sub.partner.example")).isEqualTo("gateway 127.0.1.1:2525, 127.0.1.2:25");
        assertThat(destination(table, "news.example", "x.lists.example")).isEqualTo("gateway 127.0.5.1:25");
        assertThat(hosts(table, "news.example", "y.example").get(0).session().credentials()).contains(
            Credentials.password("news", "a;b, (c) \"d\" ="));
    }

    @Test
    void aPasswordMayStandInAFile() throws Exception {
        Path file = Files.writeString(directory.resolve("relay.pw"), " s3cret; \n");
        RouteTable table = table("routes", "* = 127.0.0.1:587 user=joe mechanism=plain passwordFile=" + file);
        assertThat(hosts(table, null, "a.test").get(0).session().credentials().orElseThrow()).isEqualTo(
            Credentials.password("joe", " s3cret; ")
                .withMechanism(SaslMechanism.PLAIN));
        assertThat(hosts(table, null, "a.test").get(0).session().tls()).as("with a password").isEqualTo(TlsMode.VERIFIED);
    }

    @Test
    void aFileThatIsNotAbsoluteIsInTheDirectoryOfJames() throws Exception {
        Files.createDirectory(directory.resolve("conf"));
        Files.writeString(directory.resolve("conf/relay.pw"), "s3cret");
        for (String file : List.of("conf/relay.pw", "file://conf/relay.pw")) {
            RouteTable table = table("routes", "* = 127.0.0.1:587 user=joe passwordFile=" + file);
            assertThat(hosts(table, null, "a.test").get(0).session().credentials())
                .contains(Credentials.password("joe", "s3cret"));
        }
    }

    @Test
    void oneMayActForAnotherAndThatOneIsPartOfWhoTheDestinationIs() {
        RouteTable table = table("routes", "a.test = 127.0.0.1 user=joe password=1 authorizationId=ann;"
            + "b.test = 127.0.0.1 user=joe password=1 authorizationId=bob; c.test = 127.0.0.1 (user=joe password=1)"
            + " authorizationId=bob user=x password=y");
        assertThat(hosts(table, null, "a.test").get(0).session().credentials())
            .contains(Credentials.password("joe", "1").withAuthorizationId("ann"));
        assertThat(hosts(table, null, "b.test").get(0).session().credentials())
            .contains(Credentials.password("joe", "1").withAuthorizationId("bob"));
        assertThat(hosts(table, null, "c.test").get(0).session().credentials()).as("takes nothing from its rule")
            .contains(Credentials.password("joe", "1"));
        assertThat(List.of(destination(table, null, "a.test"), destination(table, null, "b.test"),
            destination(table, null, "c.test"))).doesNotHaveDuplicates();
    }

    @Test
    void aGatewaysTrustStoreTakesThePlaceOfTheElementsAndTheCertificateThatIsShownStays() throws Exception {
        TestTls one = TestTls.forHost("one.test");
        TestTls other = TestTls.forHost("other.test");
        TestTls client = TestTls.forHost("client.test");
        Files.createDirectory(directory.resolve("conf"));
        Path usual = Files.writeString(directory.resolve("usual.pem"), one.certificatePem());
        Path own = Files.writeString(directory.resolve("conf/own.pem"), other.certificatePem());
        RouteTable table = table("tls", "verified", "tlsTrustStore", "usual.pem",
            "tlsClientKey", client.keyStoreFile().toString(), "tlsClientKeyPassword", client.password(),
            "routes", "a.test = 127.0.0.1 tls=verified trustStore=conf/own.pem; b.test = 127.0.0.1 tls=verified;"
                + "c.test = 127.0.0.1 (trustStore=file://conf/own.pem), 127.0.0.2 trustStore=usual.pem");
        TlsMaterial ofElement = TlsMaterial.DEFAULT.trusting(usual, null)
            .withClientKey(client.keyStoreFile(), client.password());
        TlsMaterial ofRule = ofElement.withTrustOf(TlsMaterial.DEFAULT.trusting(own, null));
        assertThat(hosts(table, null, "a.test").get(0).session().tlsMaterial()).isEqualTo(ofRule).isNotEqualTo(ofElement);
        assertThat(hosts(table, null, "b.test").get(0).session().tlsMaterial()).isEqualTo(ofElement);
        assertThat(hosts(table, null, "c.test")).extracting(host -> host.session().tlsMaterial())
            .containsExactly(ofRule, ofElement);
        assertThat(destination(table, null, "a.test")).isNotEqualTo(destination(table, null, "b.test"));
    }

    @Test
    void aGatewaysOwnUserTakesNothingFromItsRule() {
        RouteTable table = table("routes", "* = 127.0.0.1 (user=one password=1 tls=required),"
            + " 127.0.0.2, 127.0.0.3 (tls=verified) "
            + "user=all password=2 authWithoutTls=true tls=none");
        List<Host> hosts = hosts(table, null, "a.test");
        assertThat(hosts).extracting(host -> host.session().credentials().orElseThrow()).containsExactly(
            Credentials.password("one", "1"),
            Credentials.password("all", "2").allowedWithoutTls(true),
            Credentials.password("all", "2").allowedWithoutTls(true));
        assertThat(hosts).extracting(host -> host.session().tls())
            .containsExactly(TlsMode.REQUIRED, TlsMode.NONE, TlsMode.VERIFIED);
    }

    @Test
    void twoRulesWithTheSameHostsAndOtherPasswordsAreTwoDestinations() {
        RouteTable table = table("routes", "a.test = 127.0.0.1 user=joe password=1; b.test = 127.0.0.1 user=joe password=2;"
            + "c.test = 127.0.0.1 user=joe password=1; d.test = 127.0.0.1", "gateway", "127.0.0.1:25");
        assertThat(List.of("a.test", "b.test", "c.test", "d.test", "e.test"))
            .extracting(domain -> destination(table, null, domain))
            .containsExactly("gateway 127.0.0.1:25 as joe", "gateway 127.0.0.1:25 as joe #2", "gateway 127.0.0.1:25 as joe",
                "gateway 127.0.0.1:25", "gateway 127.0.0.1:25");
    }

    @Test
    void whatNoRuleNamesGoesThroughTheGatewayWhereOneIsWritten() {
        RouteTable table = table("routes", "a.test = mx; b.test = 127.0.0.2", "gateway", "127.0.0.1",
            "gatewayUsername", "joe", "gatewayPassword", "s3cret");
        assertThat(destination(table, null, "a.test")).isEqualTo("a.test");
        assertThat(destination(table, null, "b.test")).isEqualTo("gateway 127.0.0.2:25");
        assertThat(destination(table, null, "c.test")).isEqualTo("gateway 127.0.0.1:25 as joe");
        assertThat(hosts(table, null, "b.test").get(0).session().credentials()).isEmpty();
        assertThat(hosts(table, null, "b.test").get(0).session().tls()).isEqualTo(TlsMode.OPPORTUNISTIC);
    }

    @Test
    void weightsSayHowOftenAGatewayComesFirst() {
        RouteTable table = table("routes", "* = 127.0.0.1*9, 127.0.0.2");
        long first = IntStream.range(0, 2000).filter(i -> hosts(table, null, "a.test").get(0).name().equals("127.0.0.1")).count();
        assertThat(first).isBetween(1650L, 1950L);
        assertThat(hosts(table, null, "a.test")).hasSize(2);
    }

    @Test
    void theTlsOfADomainIsNeverLessThanItsPolicyUnlessTheGatewaysWasChosen() {
        RouteTable table = table("tlsPolicies", "a.test=verified; *.a.test=none; mx:*.mx.test=required",
            "routes", "b.test, a.test = 127.0.0.1; x.a.test = 127.0.0.2 tls=required; c.test = mx");
        assertThat(hosts(table, null, "b.test").get(0).session().tls()).isEqualTo(TlsMode.OPPORTUNISTIC);
        assertThat(hosts(table, null, "a.test").get(0).session().tls()).isEqualTo(TlsMode.VERIFIED);
        assertThat(destination(table, null, "a.test")).as("no transaction with mail that needs less")
            .isEqualTo("gateway 127.0.0.1:25, TLS verified");
        assertThat(hosts(table, null, "x.a.test").get(0).session().tls()).isEqualTo(TlsMode.REQUIRED);
    }

    @Test
    void theTlsOfMailServersIsThatOfTheDomainOrElseOfTheServer() throws Exception {
        dns.registerRecord("c.test", List.of(), List.of("one.mx.test:26", "127.0.0.1:26"), List.of());
        dns.registerRecord("one.mx.test", List.of(InetAddress.getByName("127.0.0.9")), List.of(), List.of());
        dns.registerRecord("d.test", List.of(), List.of("one.mx.test:26"), List.of());
        RouteTable table = table("tlsPolicies", "mx:*.mx.test=required; d.test=none", "tls", "opportunistic");
        assertThat(hosts(table, null, "c.test")).extracting(host -> host.session().tls())
            .containsExactly(TlsMode.REQUIRED, TlsMode.OPPORTUNISTIC);
        assertThat(hosts(table, null, "d.test")).extracting(host -> host.session().tls()).containsExactly(TlsMode.NONE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"partner.example", "= relay", "a.test =", "a.test = ,relay", "a.test = relay, (tls=none)",
        "a.test = relay tls=none, other", "a.test = relay (tls=none", "a.test = relay tls", "a.test = relay =x",
        "a.test = relay tls=always", "a.test = relay color=red", "a.test = relay (order=listed)", "a.test = relay order=best",
        "a.test = relay*3, other order=listed", "a.test = relay*0", "a.test = relay*1001", "a.test = ftp://relay",
        "a.test = relay:0", "a.test = relay:smtp", "a.test = mx, relay", "a.test = mx tls=none",
        "a.test = smtps://relay tls=none",
        "a.test = relay user=joe", "a.test = relay password=s3cret", "a.test = relay user=joe password=s3cret passwordFile=x",
        "a.test = relay user=joe passwordFile=/nowhere/s3", "a.test = relay user=joe password=s3cret tls=none",
        "a.test = relay user=joe password=s3cret mechanism=NTLM", "a.test = relay user=joe password=s3cret authWithoutTls=1",
        "a.test = relay authorizationId=ann",
        "a.test = relay user=joe password=s3cret mechanism=LOGIN authorizationId=ann",

        "a.test = relay trustStorePassword=s3cret", "a.test = relay trustStore=/nowhere/s3",
        "a.test = relay tls=required trustStore=/nowhere/s3", "a.test = relay user=joe password=\"s3cret",
        "a.test = password=s3cret", "a..test = relay", "*.* = relay",
        "from: = relay", "from:a.test from:b.test = relay", "a.test b.test = relay", "a.test = relay tls=none tls=none",
        "a.test, A.test = relay", "from:a.test *, from:a.test = relay"})
    void aRuleThatIsNoneStopsTheStartAndItsNumberAndWhatWasExpectedAreNamed(String rule) {
        refused("<routes>: rule 2: ", "routes", "ok.test = mx;" + rule);
        refused("expected", "routes", "ok.test = mx;" + rule);
    }

    @Test
    void whatDoesNotGoTogetherStopsTheStart() {
        refused("<gateway> is written too", "routes", "* = relay", "gateway", "gw.test");
        refused("<startTLS> is written beside <routes>", "routes", "a.test = relay", "startTLS", "true");
        refused("<sslEnable> is written beside <tlsPolicies>", "tlsPolicies", "a.test=none", "sslEnable", "true");
        refused("<tlsPolicies>: rule a.test=some: expected none, opportunistic, required or verified",
            "tlsPolicies", "a.test=some");
        refused("no rule for default", "tlsPolicies", "default=none");
        refused("<addressFamilies>ipv5</addressFamilies>: expected any, ipv4 or ipv6", "addressFamilies", "ipv5");
        refused("<mxPort>0</mxPort>", "mxPort", "0");
        refused("<routes>", "routes", " ");
    }

    @Test
    void everyRuleOfALongListIsRead() {
        List<String> rules = new ArrayList<>();
        for (int i = 0; i < 5000; i++) {
            rules.add("d" + i + ".example = 127.0.0.1:" + (2000 + i));
        }
        RouteTable table = table("routes", String.join("\n", rules));
        assertThat(destination(table, null, "d4999.example")).isEqualTo("gateway 127.0.0.1:6999");
    }
}
