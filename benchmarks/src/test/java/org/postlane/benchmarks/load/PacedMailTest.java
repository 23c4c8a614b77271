// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.postlane.benchmarks.sink.Sink;
import org.postlane.benchmarks.sink.SinkSettings;

class PacedMailTest {
    private static final long PAUSE_NANOS = 100_000_000;
    private static final List<String> RECIPIENTS = List.of("a@sink.test", "b@sink.test");

    @Test
    void aServerThatIsSlowDoesNotChangeWhenMailsAreDue() throws Exception {
        try (Sink sink = Sink.start(SinkSettings.data().withPause(Duration.ofNanos(PAUSE_NANOS)))) {
            long begin = System.nanoTime();
            List<PacedMail.Sent> sent = new PacedMail(sink.port(), 1, 100, RECIPIENTS).send(begin, 5, 1000);

            assertThat(sent).extracting(PacedMail.Sent::due)
                .containsExactlyElementsOf(IntStream.range(0, 5).mapToObj(i -> begin + i * 1_000_000L).toList());
            // One connection, so each waits for those before it.
            for (int i = 0; i < sent.size(); i++) {
                assertThat(sent.get(i).accepted() - begin).isGreaterThanOrEqualTo((i + 1) * PAUSE_NANOS);
            }
            assertThat(sink.counts().messages()).isEqualTo(5);
        }
    }

    @Test
    void noMailIsSentBeforeItIsDue() throws Exception {
        try (Sink sink = Sink.start(SinkSettings.data())) {
            List<PacedMail.Sent> sent = new PacedMail(sink.port(), 3, 100, RECIPIENTS).send(System.nanoTime(), 10, 100);

            assertThat(sent).allSatisfy(mail -> assertThat(mail.accepted()).isGreaterThan(mail.due()));
            assertThat(sink.counts().messages()).isEqualTo(10);
        }
    }
}
