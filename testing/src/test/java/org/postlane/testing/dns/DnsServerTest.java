// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.xbill.DNS.Cache;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Lookup;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.Type;

/** The server as dnsjava's client sees it, which is the one that James has. */
class DnsServerTest {
    private final DnsServer dns = DnsServer.start();
    private final SimpleResolver client = new SimpleResolver(new InetSocketAddress("127.0.0.1", dns.port()));

    DnsServerTest() {
        client.setTimeout(Duration.ofSeconds(20));
    }

    @AfterEach
    void stop() {
        dns.close();
    }

    private static Message question(String name, int type) {
        return Message.newQuery(Record.newRecord(DnsNames.absolute(name), type, DClass.IN));
    }

    private Message ask(String name, int type) throws IOException {
        return client.send(question(name, type));
    }

    private static List<String> data(Message answer) {
        return answer.getSection(Section.ANSWER).stream().map(Record::rdataToString).toList();
    }

    @Test
    void whatWasSetIsAnsweredWithItsTtl() throws IOException {
        dns.ttl(Duration.ofSeconds(7)).mx("example.org", 10, "mx1.example.org").mx("example.org", 20, "mx2.example.org")
            .a("mx1.example.org", "127.0.1.1", "127.0.1.2").aaaa("mx1.example.org", "::1");

        assertThat(data(ask("example.org", Type.MX))).containsExactlyInAnyOrder("10 mx1.example.org.", "20 mx2.example.org.");
        assertThat(data(ask("MX1.Example.ORG", Type.A))).containsExactlyInAnyOrder("127.0.1.1", "127.0.1.2");
        Message address = ask("mx1.example.org", Type.AAAA);
        assertThat(data(address)).containsExactly("0:0:0:0:0:0:0:1");
        assertThat(address.getSection(Section.ANSWER).get(0).getTTL()).isEqualTo(7);
        assertThat(address.getHeader().getFlag(Flags.AA)).isTrue();
    }

    @Test
    void aNullMxIsTheRoot() throws IOException {
        dns.nullMx("nomail.example");
        assertThat(data(ask("nomail.example", Type.MX))).containsExactly("0 .");
    }

    @Test
    void anAliasComesWithWhatItLeadsTo() throws IOException {
        dns.cname("alias.example", "other.example").cname("other.example", "host.example").a("host.example", "127.0.1.1");
        assertThat(data(ask("alias.example", Type.A))).containsExactly("other.example.", "host.example.", "127.0.1.1");
    }

    @Test
    void aCircleOfAliasesEnds() throws IOException {
        dns.cname("a.example", "b.example").cname("b.example", "a.example");
        assertThat(data(ask("a.example", Type.A))).contains("b.example.", "a.example.");
    }

    @Test
    void whatIsUnknownDoesNotExistAndMayBeCachedFromTheSoa() throws IOException {
        dns.negativeTtl(Duration.ofSeconds(11));
        Message answer = ask("nothing.sub.example.org", Type.MX);
        assertThat(answer.getRcode()).isEqualTo(Rcode.NXDOMAIN);
        SOARecord soa = (SOARecord) answer.getSection(Section.AUTHORITY).get(0);
        assertThat(soa.getName()).hasToString("example.org.");
        assertThat(soa.getMinimum()).isEqualTo(11);
    }

    @Test
    void aNameWithoutRecordsOfTheTypeHasNoData() throws IOException {
        dns.exists("empty.example").a("deep.below.example", "127.0.1.1");
        for (String name : List.of("empty.example", "deep.below.example", "below.example")) {
            Message answer = ask(name, Type.MX);
            assertThat(answer.getRcode()).isEqualTo(Rcode.NOERROR);
            assertThat(data(answer)).isEmpty();
            assertThat(answer.getSection(Section.AUTHORITY)).hasSize(1);
        }
    }

    @Test
    void domainsByTheThousandAreMadeWhenTheyAreAskedFor() throws IOException {
        dns.generate((name, records) -> {
            if (name.matches("d\\d+\\.test")) {
                records.mx(10, "mx." + name);
            } else if (name.matches("mx\\.d\\d+\\.test")) {
                int number = Integer.parseInt(name.replaceAll("\\D", ""));
                records.a("127.1." + number / 256 + "." + number % 256);
            }
        });
        assertThat(data(ask("d9999.test", Type.MX))).containsExactly("10 mx.d9999.test.");
        assertThat(data(ask("mx.d9999.test", Type.A))).containsExactly("127.1.39.15");
        assertThat(ask("other.test", Type.MX).getRcode()).isEqualTo(Rcode.NXDOMAIN);
    }

    @Test
    void manyQuestionsAtOnceAreAllAnswered() {
        dns.generate((name, records) -> records.a("127.0.0.1"));
        CompletableFuture<?>[] answers = IntStream.range(0, 2000)
            .mapToObj(i -> client.sendAsync(question("d" + i + ".test", Type.A)).toCompletableFuture())
            .toArray(CompletableFuture<?>[]::new);
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> Arrays.stream(answers).allMatch(CompletableFuture::isDone));
        assertThat(answers).noneMatch(CompletableFuture::isCompletedExceptionally);
        assertThat(dns.queries()).isEqualTo(2000);
    }

    @Test
    void whatIsRemovedIsGone() throws IOException {
        dns.a("host.example", "127.0.1.1").remove("host.example");
        assertThat(ask("host.example", Type.A).getRcode()).isEqualTo(Rcode.NXDOMAIN);
    }

    @ParameterizedTest
    @EnumSource(value = DnsFault.class, names = {"NXDOMAIN", "SERVFAIL", "REFUSED"})
    void aFaultIsTheAnswersCode(DnsFault fault) throws IOException {
        dns.mx("example.org", 10, "mx.example.org").fail("example.org", fault);
        Message answer = ask("example.org", Type.MX);
        assertThat(Rcode.string(answer.getRcode())).isEqualTo(fault.name());
        assertThat(data(answer)).isEmpty();
        assertThat(ask("another.example", Type.MX).getRcode()).isEqualTo(Rcode.NXDOMAIN);

        dns.heal("example.org");
        assertThat(data(ask("example.org", Type.MX))).containsExactly("10 mx.example.org.");
    }

    @Test
    void aFaultOfOneTypeLeavesTheOthers() throws IOException {
        dns.a("host.example", "127.0.1.1").fail("host.example", "AAAA", DnsFault.SERVFAIL);
        assertThat(data(ask("host.example", Type.A))).containsExactly("127.0.1.1");
        assertThat(ask("host.example", Type.AAAA).getRcode()).isEqualTo(Rcode.SERVFAIL);
    }

    @Test
    void aFaultOfAllLeavesNone() throws IOException {
        dns.a("host.example", "127.0.1.1").failAll(DnsFault.SERVFAIL);
        assertThat(ask("host.example", Type.A).getRcode()).isEqualTo(Rcode.SERVFAIL);
        dns.healAll();
        assertThat(data(ask("host.example", Type.A))).containsExactly("127.0.1.1");
    }

    @Test
    void aLameServerRefersToTheRoot() throws IOException {
        dns.fail("example.org", DnsFault.LAME);
        Message answer = ask("example.org", Type.MX);
        assertThat(answer.getHeader().getFlag(Flags.AA)).isFalse();
        assertThat(answer.getRcode()).isEqualTo(Rcode.NOERROR);
        assertThat(answer.getSection(Section.AUTHORITY).get(0).getType()).isEqualTo(Type.NS);
    }

    @Test
    void silenceIsATimeOut() {
        dns.fail("example.org", DnsFault.SILENCE);
        client.setTimeout(Duration.ofMillis(50));
        assertThatThrownBy(() -> ask("example.org", Type.MX)).isInstanceOf(IOException.class);
        assertThat(dns.queries("example.org", "MX")).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(value = DnsFault.class, names = {"GARBAGE", "WRONG_ID"})
    void aClientTakesNoneOfIt(DnsFault fault) {
        dns.mx("example.org", 10, "mx.example.org").fail("example.org", fault);
        client.setTimeout(Duration.ofMillis(200));
        assertThatThrownBy(() -> ask("example.org", Type.MX)).isInstanceOf(IOException.class);
    }

    @Test
    void whatIsTruncatedIsAskedForOverTcp() throws IOException {
        dns.mx("example.org", 10, "mx.example.org").fail("example.org", DnsFault.TRUNCATED);
        assertThat(data(ask("example.org", Type.MX))).containsExactly("10 mx.example.org.");
        assertThat(dns.queriesOverTcp()).isEqualTo(1);
        assertThat(dns.queries("example.org")).isEqualTo(2);
    }

    @Test
    void anAnswerTooLargeForUdpIsTruncatedByItself() throws IOException {
        String[] addresses = IntStream.range(1, 200).mapToObj(i -> "127.0.2." + i).toArray(String[]::new);
        dns.a("large.example", addresses);
        assertThat(data(ask("large.example", Type.A))).hasSize(199);
        assertThat(dns.queriesOverTcp()).isEqualTo(1);
    }

    @Test
    void withoutTcpNothingIsThere() {
        dns.mx("example.org", 10, "mx.example.org").fail("example.org", DnsFault.TRUNCATED_WITHOUT_TCP);
        assertThatThrownBy(() -> ask("example.org", Type.MX)).isInstanceOf(IOException.class);
        assertThat(dns.queriesOverTcp()).isEqualTo(1);
    }

    @Test
    void anAnswerWaitsUntilItIsReleased() {
        dns.a("slow.example", "127.0.1.1");
        HeldAnswers held = dns.hold("slow.example");
        CompletableFuture<Message> answer = client.sendAsync(question("slow.example", Type.A)).toCompletableFuture();
        Awaitility.await().until(() -> held.waiting() == 1);
        assertThat(answer).isNotDone();
        dns.remove("slow.example").a("slow.example", "127.0.1.9");
        held.release();
        assertThat(data(answer.join())).containsExactly("127.0.1.9");
        assertThat(client.sendAsync(question("slow.example", Type.A)).toCompletableFuture().join().getRcode())
            .isEqualTo(Rcode.NOERROR);
    }

    @Test
    void questionsAreCountedByNameAndType() throws Exception {
        dns.a("host.example", "127.0.1.1");
        Cache cache = new Cache(DClass.IN);
        for (int i = 0; i < 3; i++) {
            Lookup lookup = new Lookup(Name.fromString("host.example."), Type.A);
            lookup.setResolver(client);
            lookup.setCache(cache);
            assertThat(lookup.run()).hasSize(1);
        }
        ask("HOST.example", Type.AAAA);
        assertThat(dns.queries("host.example", "A")).isEqualTo(1);
        assertThat(dns.queries("host.example", "AAAA")).isEqualTo(1);
        assertThat(dns.queries("host.example")).isEqualTo(2);
        assertThat(dns.queries("other.example")).isZero();
    }

    @Test
    void anAddressIsWrittenInDigits() {
        assertThatThrownBy(() -> dns.a("host.example", "localhost")).isInstanceOf(IllegalArgumentException.class);
    }
}
