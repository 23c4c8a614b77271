// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import org.apache.james.core.Domain;
import org.apache.james.queue.api.MailQueueName;
import org.apache.james.server.core.configuration.Configuration;
import org.apache.james.server.core.configuration.FileConfigurationProvider;
import org.apache.mailet.base.test.FakeMailetConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postlane.james.ConfigurationError;
import org.postlane.james.FilesIn;
import org.postlane.james.Parameters;
import org.postlane.outbound.operations.Reload;
import org.postlane.outbound.settings.AgreedSettings;
import org.postlane.outbound.settings.LiveSettings;
import org.postlane.pool.PoolLimits;
import org.postlane.recipient.RelayDomains;
import org.postlane.schedule.Rate;
import org.slf4j.LoggerFactory;

class ContainerReloadTest {
    private static final String FILE = "<mailetcontainer><context><postmaster>postmaster</postmaster></context><processors>"
        + "<processor state='lanes'><mailet match='All' class='org.postlane.mailet.ClassifyRecipients'>"
        + "<relayDomains>one.test</relayDomains></mailet></processor>"
        + "<processor state='external'>"
        + "<mailet match='All' class='org.postlane.mailet.PooledRemoteDelivery'><outgoing>outgoing</outgoing>"
        + "<rates>default=none; a.test=10/s</rates><gateway>mx.test</gateway><gatewayUsername>u</gatewayUsername>"
        + "<gatewayPassword>s3cret</gatewayPassword></mailet>"
        + "<mailet match='All' class='org.postlane.mailet.PooledRemoteDelivery'><outgoing>second</outgoing></mailet>"
        + "</processor></processors></mailetcontainer>";
    private static final String SECOND =
        "<mailet match='All' class='org.postlane.mailet.PooledRemoteDelivery'><outgoing>second</outgoing></mailet>";
    private static final String DELIVERY = "mailetcontainer.xml, processor external, mailet PooledRemoteDelivery";

    private static final Logger LOGGER = (Logger) LoggerFactory.getLogger(ContainerReload.class);

    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final Delivery mailets = new Delivery();
    private final RelayDomains relayDomains = new RelayDomains(FilesIn.nowhere());
    private final List<LiveSettings> outgoing = new ArrayList<>();
    private final List<LiveSettings> second = new ArrayList<>();
    private String file = FILE;
    private ContainerReload reload;

    @BeforeEach
    void start() {
        LOGGER.addAppender(log);
        log.start();
        reload = made(AgreedSettings.NONE);
        relayDomains.declare("the start", "one.test");
    }

    private ContainerReload made(AgreedSettings saidBySecond) {
        ContainerReload made = new ContainerReload((name, level) -> FileConfigurationProvider.getConfig(octets()),
            new TestFiles(Path.of("")) {
                @Override
                public InputStream getResource(String url) {
                    assertThat(url).isEqualTo("file://conf/mailetcontainer.xml");
                    return octets();
                }
            }, new Configuration.ConfigurationPath("file://conf/"), mailets::mailet, relayDomains);
        made.started(MailQueueName.of("outgoing"), AgreedSettings.NONE, outgoing::add);
        made.started(MailQueueName.of("second"), saidBySecond, second::add);
        return made;
    }

    private InputStream octets() {
        return new ByteArrayInputStream(file.getBytes(UTF_8));
    }

    @AfterEach
    void stop() {
        LOGGER.detachAppender(log);
        mailets.close();
    }

    private Reload.Result reloadWith(String what, String by) throws IOException {
        assertThat(FILE).contains(what);
        file = FILE.replace(what, by);
        return reload.reload();
    }

    private static List<String> texts(List<Reload.Change> changes) {
        List<String> texts = new ArrayList<>();
        changes.forEach(change -> texts.add(change.toString()));
        return texts;
    }

    @Test
    void anUnchangedFileChangesNothing() throws IOException {
        Reload.Result result = reload.reload();
        assertThat(result.applied()).isEmpty();
        assertThat(result.needRestart()).isEmpty();
    }

    @Test
    void aRateHoldsFromNowOnAndTheNextReloadHasNothingToTell() throws IOException {
        Reload.Result result = reloadWith("a.test=10/s", "a.test=50/min");
        assertThat(texts(result.applied())).containsExactly(
            DELIVERY + ", <rates>: default=none; a.test=10/s -> default=none; a.test=50/min");
        assertThat(result.needRestart()).isEmpty();
        assertThat(outgoing).last().satisfies(live ->
            assertThat(live.limitsOf("a.test").rate()).isEqualTo(Rate.of(50, Duration.ofMinutes(1))));
        assertThat(reload.reload().applied()).isEmpty();
    }

    @Test
    void aRateThatIsNoneIsToldWithProcessorMailetAndRule() {
        assertThatThrownBy(() -> reloadWith("a.test=10/s", "a.test=10 per s")).isInstanceOf(ConfigurationError.class)
            .hasMessageContaining(DELIVERY + ": <rates>: ").hasMessageContaining("a.test=10 per s");
    }

    @Test
    void aMailetThatStartsIsFoundByWhatItSaysUnlessAnotherSaysTheSame() {
        FakeMailetConfig started = FakeMailetConfig.builder().mailetName("org.postlane.mailet.PooledRemoteDelivery")
            .setProperty("outgoing", "second").build();
        assertThat(reload.placeOf(started)).contains(DELIVERY + " number 2");
        file = FILE.replace("<processor state='external'>", "<processor state='external'>" + SECOND);
        assertThat(made(AgreedSettings.NONE).placeOf(started)).isEmpty();
    }

    @Test
    void aRateThatIsTakenOutNoLongerHolds() throws IOException {
        assertThat(reloadWith("<rates>default=none; a.test=10/s</rates>", "").applied()).hasSize(1);
        assertThat(outgoing).last().satisfies(live -> assertThat(live.limitsOf("a.test").rate()).isEqualTo(Rate.NONE));
    }

    @Test
    void theLimitsOfThePoolHoldFromNowOnAndWhoTakesThemOutGetsTheDefaults() throws Exception {
        Reload.Result result = reloadWith("<outgoing>second", "<maxConnections>50</maxConnections><idleTimeout>3 s</idleTimeout>"
            + "<outgoing>second");
        assertThat(texts(result.applied())).containsExactly(DELIVERY + " number 2, <idleTimeout>:  -> 3 s",
            DELIVERY + " number 2, <maxConnections>:  -> 50");
        assertThat(result.needRestart()).isEmpty();
        assertThat(mailets.engine.agreed().limits().maxTotal()).isEqualTo(50);
        assertThat(mailets.engine.agreed().limits().idleTimeout()).isEqualTo(Duration.ofSeconds(3));
        file = FILE;
        assertThat(reload.reload().applied()).hasSize(2);
        assertThat(mailets.engine.agreed().limits().maxTotal()).isEqualTo(PoolLimits.DEFAULT_MAX_TOTAL);
    }

    @Test
    void limitsThatOnlyANewElementWritesComeWithTheRestartThatItNeeds() throws Exception {
        reloadWith("</processor></processors>", "<mailet match='All' class='org.postlane.mailet.PooledRemoteDelivery'>"
            + "<outgoing>third</outgoing><maxConnections>50</maxConnections></mailet></processor></processors>");
        assertThat(mailets.engine.agreed().limits().maxTotal()).isEqualTo(PoolLimits.DEFAULT_MAX_TOTAL);
    }

    /** James has started with a file in which the second element alone writes maxConnections. */
    private String startWithLimitsInTheSecond() {
        String started = FILE.replace("<outgoing>second", "<maxConnections>50</maxConnections><outgoing>second");
        file = started;
        reload = made(AgreedSettings.NONE.and(Parameters.of(FakeMailetConfig.builder().mailetName("PooledRemoteDelivery")
            .setProperty("maxConnections", "50").build())));
        return started;
    }

    @Test
    void limitsThatAnElementWroteHoldUntilTheRestartThatItsRemovalNeeds() throws Exception {
        startWithLimitsInTheSecond();
        Reload.Result result = reloadWith(SECOND, "");
        assertThat(texts(result.needRestart())).contains(DELIVERY + " number 2");
        assertThat(result.applied()).isEmpty();
        assertThat(mailets.engine.agreed().limits().maxTotal()).isEqualTo(50);
        file = file.replace("<outgoing>", "<idleTimeout>3 s</idleTimeout><outgoing>");
        assertThat(texts(reload.reload().applied())).containsExactly(DELIVERY + ", <idleTimeout>:  -> 3 s");
        assertThat(mailets.engine.agreed().limits().idleTimeout()).isEqualTo(Duration.ofSeconds(3));
        assertThat(mailets.engine.agreed().limits().maxTotal()).isEqualTo(50);
    }

    @Test
    void limitsOfAQueueThatTheFileNamesNoLongerHoldUntilTheRestartToo() throws Exception {
        file = startWithLimitsInTheSecond().replace("<outgoing>second", "<outgoing>third");
        assertThat(texts(reload.reload().needRestart())).containsExactly(DELIVERY + " number 2, <outgoing>");
        assertThat(mailets.engine.agreed().limits().maxTotal()).isEqualTo(50);
    }

    @Test
    void whatAnotherElementWritesInTheRemovedOnesPlaceHoldsAtOnceAndForGood() throws Exception {
        startWithLimitsInTheSecond();
        file = FILE.replace(SECOND, "").replace("<outgoing>", "<maxConnections>60</maxConnections><outgoing>");
        assertThat(texts(reload.reload().applied())).containsExactly(DELIVERY + ", <maxConnections>:  -> 60");
        assertThat(mailets.engine.agreed().limits().maxTotal()).isEqualTo(60);
        reloadWith(SECOND, "");
        assertThat(mailets.engine.agreed().limits().maxTotal()).isEqualTo(PoolLimits.DEFAULT_MAX_TOTAL);
    }

    @Test
    void aReloadedLimitHoldsToo() throws Exception {
        file = FILE.replace("<outgoing>second", "<maxConnections>70</maxConnections><outgoing>second");
        reload.reload();
        reloadWith(SECOND, "");
        assertThat(mailets.engine.agreed().limits().maxTotal()).isEqualTo(70);
    }

    @Test
    void relayDomainsAreReplaced() throws IOException {
        reloadWith("one.test", "two.test, .three.test");
        assertThat(relayDomains.contains(Domain.of("one.test"))).isFalse();
        assertThat(relayDomains.contains(Domain.of("two.test"))).isTrue();
        assertThat(relayDomains.contains(Domain.of("x.three.test"))).isTrue();
    }

    @Test
    void whatNeedsARestartIsToldEachTimeAndWithoutItsValue() throws IOException {
        Reload.Result result = reloadWith("s3cret", "0ther");
        assertThat(result.applied()).isEmpty();
        assertThat(texts(result.needRestart())).containsExactly(DELIVERY + ", <gatewayPassword>");
        assertThat(texts(reload.reload().needRestart())).containsExactly(DELIVERY + ", <gatewayPassword>");
    }

    @Test
    void aMailetInFrontOfOursIsToldAndDoesNotHideTheRateBehindIt() throws IOException {
        file = FILE.replace("<processor state='external'>", "<processor state='external'><mailet match='All' class='Null'/>")
            .replace("10/s", "20/s");
        Reload.Result result = reload.reload();
        assertThat(texts(result.applied())).singleElement().asString().contains("20/s");
        assertThat(texts(result.needRestart())).containsExactlyInAnyOrder(
            "mailetcontainer.xml, processor external, <the order of its mailets>",
            "mailetcontainer.xml, processor external, mailet Null");
    }

    @Test
    void whatDiffersOutsideOfOurElementsIsTold() throws IOException {
        assertThat(texts(reloadWith(">postmaster<", ">root<").needRestart()))
            .containsExactly("mailetcontainer.xml, <context.postmaster>");
    }

    @Test
    void anotherQueueNeedsARestartAndItsRatesWithIt() throws IOException {
        file = FILE.replace("<outgoing>outgoing<", "<outgoing>third<").replace("10/s", "20/s");
        Reload.Result result = reload.reload();
        assertThat(result.applied()).isEmpty();
        assertThat(texts(result.needRestart())).containsExactly(DELIVERY + ", <outgoing>", DELIVERY + ", <rates>");
    }

    @Test
    void aBadFileChangesNothingOfItAndSaysWhereAndWhat() {
        file = FILE.replace("one.test", "two.test").replace("a.test=10/s", "a.test=fast");
        assertThatThrownBy(reload::reload).isInstanceOf(ConfigurationError.class)
            .hasMessageContaining("PooledRemoteDelivery").hasMessageContaining("<rates>").hasMessageContaining("a.test=fast")
            .hasMessageContaining("expected " + Rate.EXPECTED);
        assertThat(relayDomains.contains(Domain.of("one.test"))).isTrue();
        assertThat(relayDomains.contains(Domain.of("two.test"))).isFalse();
        assertThat(outgoing).isEmpty();
    }

    @Test
    void aKeyThatTheStartWouldRefuseIsRefused() {
        file = FILE.replace("<outgoing>second", "<rate>1/s</rate><outgoing>second");
        assertThatThrownBy(reload::reload).isInstanceOf(ConfigurationError.class)
            .hasMessageContaining("<rate> is not a parameter");
    }

    @Test
    void limitsOfThePoolThatContradictEachOtherAreRefused() {
        file = FILE.replace("<outgoing>", "<maxConnections>9</maxConnections><outgoing>")
            .replace("<maxConnections>9</maxConnections><outgoing>second", "<maxConnections>10</maxConnections><outgoing>second");
        assertThatThrownBy(reload::reload).isInstanceOf(ConfigurationError.class).hasMessageContaining("maxConnections");
    }

    @ParameterizedTest
    @ValueSource(strings = {"journal", "journalSync"})
    void elementsThatWantTwoJournalsAreRefusedAsAtTheStartAndNothingChanges(String key) {
        file = FILE.replace("<outgoing>", "<KEY>never</KEY><outgoing>").replace("10/s", "20/s").replace("one.test", "two.test")
            .replace("<KEY>never</KEY><outgoing>second", "<KEY>always</KEY><outgoing>second").replace("KEY", key)
            .replace("<journal>never", "<journal>file://var/one").replace("<journal>always", "<journal>file://var/two");
        assertThatThrownBy(reload::reload).isInstanceOf(ConfigurationError.class).hasMessageContaining("<" + key + ">")
            .hasMessageContaining(DELIVERY + " number 2: ").hasMessageContaining("the value that " + DELIVERY + " gives it");
        assertThat(outgoing).isEmpty();
        assertThat(relayDomains.contains(Domain.of("two.test"))).isFalse();
    }

    @Test
    void aJournalWhereNoneCanBeWrittenIsRefusedAndNothingIsMade(@TempDir Path directory) throws IOException {
        Path taken = Files.createFile(directory.resolve("taken"));
        file = FILE.replace("<outgoing>", "<journal>file://" + taken + "/journal</journal><outgoing>");
        assertThatThrownBy(reload::reload).isInstanceOf(ConfigurationError.class).hasMessageContaining("<journal>")
            .hasMessageContaining(taken + " is no directory that can be written");
        file = FILE.replace("<outgoing>", "<journal>file://" + directory + "/new/journal</journal><outgoing>");
        assertThat(texts(reload.reload().needRestart())).hasSize(2).allMatch(text -> text.endsWith("<journal>"));
        assertThat(directory.resolve("new")).doesNotExist();
    }

    @Test
    void aReloadThatIsRefusedIsOneLineInTheLogAndNoneOnTheConsole() {
        ByteArrayOutputStream console = new ByteArrayOutputStream();
        PrintStream usual = System.err;
        file = FILE.replace("</processors>", "");
        System.setErr(new PrintStream(console, true, UTF_8));
        try {
            assertThatThrownBy(reload::reload).isInstanceOf(IOException.class);
        } finally {
            System.setErr(usual);
        }
        file = FILE.replace("a.test=10/s", "a.test=fast");
        assertThatThrownBy(reload::reload).isInstanceOf(ConfigurationError.class);
        assertThat(console.toString(UTF_8)).isEmpty();
        assertThat(log.list).hasSize(2).allSatisfy(line -> assertThat(line.getLevel()).isEqualTo(Level.WARN));
        assertThat(log.list.get(0).getFormattedMessage())
            .startsWith("Nothing was reloaded: mailetcontainer.xml: expected well-formed");
        assertThat(log.list.get(1).getFormattedMessage()).contains("<rates>").contains("a.test=fast");
    }

    @Test
    void twoElementsWithOneQueueAreRefused() {
        file = FILE.replace("<outgoing>second", "<outgoing>outgoing");
        assertThatThrownBy(reload::reload).isInstanceOf(ConfigurationError.class).hasMessageContaining("<outgoing>outgoing");
    }

    @Test
    void aMessageAboutABadFileHoldsNoPassword() {
        file = FILE.replace("<gatewayPassword>s3cret",
            "<gatewayAuthMechanism>s3cret</gatewayAuthMechanism><gatewayPassword>s3cret");
        assertThatThrownBy(reload::reload).isInstanceOf(ConfigurationError.class)
            .hasMessageContaining("gatewayAuthMechanism").hasMessageNotContaining("s3cret");
    }

    @Test
    void aMessageAboutBadRoutesHoldsNoPasswordEither() {
        file = FILE.replace("<outgoing>second", "<routes>a.test = mx.test (user=u password=\"hu,sh\" tls=sometimes); "
            + "b.test = mx.test (user=u password=hush2 colour=red)</routes><outgoing>second");
        assertThatThrownBy(reload::reload).isInstanceOf(ConfigurationError.class)
            .hasMessageContaining("<routes>").hasMessageNotContaining("hu,sh").hasMessageNotContaining("hush2");
    }

    @Test
    void aFileThatIsNoXmlOrHasNoProcessorsIsRefused() {
        file = FILE.replace("</processors>", "");
        assertThatThrownBy(reload::reload).isInstanceOf(IOException.class).hasMessageContaining("mailetcontainer.xml");
        file = "<mailetcontainer/>";
        assertThatThrownBy(reload::reload).isInstanceOf(IOException.class).hasMessageContaining("<processor>");
        assertThat(outgoing).isEmpty();
    }
}
