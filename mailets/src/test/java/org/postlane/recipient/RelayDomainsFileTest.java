// SPDX-License-Identifier: Apache-2.0
package org.postlane.recipient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import org.apache.james.core.Domain;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postlane.james.ConfigurationError;
import org.postlane.james.FilesIn;
import org.postlane.james.Parameters;
import org.slf4j.LoggerFactory;

class RelayDomainsFileTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path directory;
    private final RelayDomains relayDomains = new RelayDomains(FilesIn.nowhere());
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private Path file;

    @BeforeEach
    void setUp() {
        file = directory.resolve("relay-domains.txt");
        log.start();
        logger().setLevel(Level.INFO);
        logger().addAppender(log);
    }

    @AfterEach
    void tearDown() {
        relayDomains.close();
        logger().detachAppender(log);
        logger().setLevel(null);
    }

    private static Logger logger() {
        return (Logger) LoggerFactory.getLogger(RelayDomains.class);
    }

    private void declare() {
        relayDomains.declare(new Parameters("mailetcontainer.xml, mailet ClassifyRecipients",
            Map.of("relayDomainsFile", file.toString())));
    }

    private boolean relays(String domain) {
        return relayDomains.contains(Domain.of(domain));
    }

    private void awaitLog(String... parts) {
        await().atMost(PATIENCE).ignoreExceptions().untilAsserted(() ->
            assertThat(log.list).map(ILoggingEvent::getFormattedMessage)
                .anySatisfy(line -> assertThat(line).contains(parts)));
    }

    @Test
    void linesCommasCommentsAndEmptyLinesAreRead() throws IOException {
        Files.writeString(file, "# ours\r\na.example, .b.example # both\n\n  b\u00fccher.example\n");
        declare();

        assertThat(relays("a.example")).isTrue();
        assertThat(relays("x.b.example")).isTrue();
        assertThat(relays("xn--bcher-kva.example")).isTrue();
        assertThat(relays("c.example")).isFalse();
    }

    @Test
    void aFileThatIsWrittenAnewCounts() throws IOException {
        Files.writeString(file, "a.example\n");
        declare();
        Files.writeString(file, "b.example\n");

        await().atMost(PATIENCE).until(() -> relays("b.example"));
        assertThat(relays("a.example")).isFalse();
        awaitLog("read again", "1 entries");
    }

    @Test
    void aFileThatTakesItsPlaceCountsEvenWithTheSameSizeAndTime() throws IOException {
        Files.writeString(file, "a.example\n");
        declare();
        Path next = Files.writeString(directory.resolve("next"), "b.example\n");
        Files.setLastModifiedTime(next, Files.getLastModifiedTime(file));
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);

        await().atMost(PATIENCE).until(() -> relays("b.example"));
    }

    @Test
    void aBrokenFileChangesNothingAndIsNamedWithLineAndExpectationUntilItIsMended() throws IOException {
        Files.writeString(file, "a.example\n");
        declare();
        Files.writeString(file, "b.example\n\n*.example.org\n");

        awaitLog("stay as they are", file + ", line 3: \"*.example.org\": expected a domain: example.org for that domain");
        assertThat(relays("a.example")).isTrue();
        assertThat(relays("b.example")).isFalse();
        Files.writeString(file, "b.example\n");
        await().atMost(PATIENCE).until(() -> relays("b.example"));
    }

    @Test
    void aFileThatIsGoneChangesNothing() throws IOException {
        Files.writeString(file, "a.example\n");
        declare();
        Files.delete(file);

        awaitLog("stay as they are", file.toString(), "cannot be read");
        assertThat(relays("a.example")).isTrue();
    }

    @Test
    void atTheStartABrokenFileAndOneThatIsMissingStopIt() throws IOException {
        assertThatThrownBy(this::declare).isInstanceOf(ConfigurationError.class)
            .hasMessageContaining("ClassifyRecipients").hasMessageContaining("relayDomainsFile")
            .hasMessageContaining(file.toString());
        Files.writeString(file, "a.example\nno domain\n");
        assertThatThrownBy(this::declare).isInstanceOf(ConfigurationError.class)
            .hasMessageContaining(file + ", line 2: \"no domain\": expected a domain");
    }

    @ParameterizedTest
    @ValueSource(strings = {"conf/relay.txt", "file://conf/relay.txt"})
    void aFileIsLookedForInTheDirectoryOfJamesWhereverItWasStartedFrom(String written) throws IOException {
        Files.writeString(Files.createDirectories(directory.resolve("conf")).resolve("relay.txt"), "a.example\n");
        RelayDomains ofJames = new RelayDomains(FilesIn.directory(directory));
        for (RelayDomains domains : List.of(ofJames.onTrial(), ofJames)) {
            domains.declare(new Parameters("here", Map.of("relayDomainsFile", written)));
            assertThat(domains.contains(Domain.of("a.example"))).isTrue();
        }
        ofJames.close();
    }

    @Test
    void aListBesideAFileAndAnotherFileStopTheStart() throws IOException {
        Files.writeString(file, "a.example\n");
        assertThatThrownBy(() -> relayDomains.declare(new Parameters("here",
            Map.of("relayDomainsFile", file.toString(), "relayDomains", "a.example"))))
            .isInstanceOf(ConfigurationError.class).hasMessageContaining("not both");
        declare();
        assertThatThrownBy(() -> relayDomains.declare("there", "a.example"))
            .isInstanceOf(ConfigurationError.class).hasMessageContaining(file.toString()).hasMessageContaining("there");
    }
}
