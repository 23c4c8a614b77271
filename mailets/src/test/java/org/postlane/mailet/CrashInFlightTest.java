// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postlane.mailet.FleetDelivery.eventually;
import static org.postlane.testing.Reaction.proceed;
import static org.postlane.testing.Reaction.stall;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postlane.testing.Behaviour;
import org.postlane.testing.ReceivedMail;
import org.postlane.testing.ScriptedBehaviour;
import org.postlane.testing.SmtpServer;
import org.postlane.testing.Stall;

/** A process that is killed while mails follow each other on its connections, unanswered. */
class CrashInFlightTest {
    private static final int DOMAINS = 3;
    private static final int MAILS = 600;
    private static final int OCTETS = 2_000;
    /** Long enough that the next mails of a connection have left before it is answered. */
    private static final Duration ANSWER = Duration.ofMillis(30);

    private final Stall beginning = new Stall();
    private final ScriptedBehaviour behaviour = Behaviour.accepting()
        .connect(stall(beginning).then(proceed())).endOfData(proceed().after(ANSWER));

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({"PIPELINING,2", "PIPELINING CHUNKING,5"})
    void aKillLosesNoMailAndRepeatsNoMoreThanWereInFlight(String extensions, int inFlight) throws Exception {
        try (SmtpServer server = SmtpServer.builder().host("0.0.0.0").behaviour(behaviour)
                .extensions(extensions.split(" ")).start()) {
            int open;
            try (ChildJvm first = ChildJvm.start("512m", EngineProcess.class, server.port(), directory,
                    EngineProcess.Work.MUCH_MAIL, MAILS, OCTETS, DOMAINS)) {
                eventually().until(() -> first.hasSaid(EngineProcess.SENT));
                beginning.release();
                eventually().until(() -> server.received().size() >= MAILS / 3);
                open = server.openConnections().size();
                first.kill();
            }
            assertThat(arrived(server)).as("mails that had arrived when it was killed").hasSizeLessThan(MAILS);
            assertThat(open).isLessThanOrEqualTo(DOMAINS * EngineProcess.CONNECTIONS_PER_HOST);
            eventually().until(() -> server.openConnections().isEmpty());
            finish(server);
            assertThat(arrived(server)).as("mails that came")
                .containsOnlyKeys(IntStream.range(0, MAILS).mapToObj(i -> "m" + i + "@home.test").toList());
            List<String> repeated = arrived(server).entrySet().stream().filter(mail -> mail.getValue() > 1).map(Map.Entry::getKey)
                .toList();
            assertThat(repeated.size()).as("mails that came twice").isLessThanOrEqualTo(inFlight * open);
        }
    }

    private void finish(SmtpServer server) throws Exception {
        try (ChildJvm second = ChildJvm.start("512m", EngineProcess.class, server.port(), directory,
                EngineProcess.Work.NOTHING)) {
            eventually().until(() -> arrived(server).size() == MAILS || !second.isRunning());
            second.tellToEnd();
            assertThat(second.end()).as(second.last()).isZero();
        }
    }

    /** How often each mail has come, by its Message-ID. */
    private static Map<String, Long> arrived(SmtpServer server) {
        return server.received().stream().map(ReceivedMail::text)
            .map(text -> text.replaceFirst("(?s).*Message-ID: <([^>]*)>.*", "$1"))
            .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
    }
}
