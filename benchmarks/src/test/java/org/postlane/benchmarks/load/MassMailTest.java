// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.postlane.benchmarks.sink.Counts;
import org.postlane.benchmarks.sink.Sink;
import org.postlane.benchmarks.sink.SinkSettings;

class MassMailTest {
    @Test
    void allRecipientsAreInOneTransaction() throws Exception {
        List<String> recipients = IntStream.range(0, 1201).mapToObj(i -> "user" + i + "@sink.test").toList();
        try (Sink sink = Sink.start(SinkSettings.data())) {
            long before = System.nanoTime();
            assertThat(new MassMail(sink.port(), 1000).send(recipients)).isGreaterThan(before);
            assertThat(sink.counts()).isEqualTo(new Counts(1, 0, 1, 1, 1000));
        }
    }
}
