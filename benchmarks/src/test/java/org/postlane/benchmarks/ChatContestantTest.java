// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.postlane.benchmarks.load.PacedMail.Sent;

class ChatContestantTest {
    private static final long MS = 1_000_000;

    @Test
    void aReplyThatComesLateIsInTheTimeFromTheScheduleAndNotInThatFromTheReply() {
        Map<String, Double> figures = ChatContestant.figures(
            List.of(new Sent(0, MS), new Sent(10 * MS, 110 * MS)), List.of(3 * MS, 114 * MS));

        assertThat(figures).containsEntry("p50 ms", 2.0).containsEntry("max ms", 4.0)
            .containsEntry("p99 ms from when it was due", 104.0);
    }

    @Test
    void whatWasAcceptedFirstWasAnnouncedFirst() {
        Map<String, Double> figures = ChatContestant.figures(
            List.of(new Sent(0, 20 * MS), new Sent(10 * MS, 12 * MS)), List.of(13 * MS, 21 * MS));

        assertThat(figures).containsEntry("p50 ms", 1.0).containsEntry("max ms", 1.0);
    }
}
