// SPDX-License-Identifier: Apache-2.0
package org.postlane.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.Test;

class KnownDestinationsTest {
    private final SchedulerFixture fixture = new SchedulerFixture(1_000, 256);

    @Test
    void whatDoesNotMatterAnyMoreIsForgotten() {
        for (int i = 0; i < 1_000; i++) {
            fixture.offer("old" + i + ".example").works();
        }
        fixture.pass(Duration.ofMinutes(2));
        for (int i = 0; i < 1_000; i++) {
            fixture.offer("new" + i + ".example").works();
        }
        assertThat(fixture.scheduler.destinations()).hasSize(1_000).allMatch(status -> status.name().startsWith("new"));
    }

    @Test
    void whatMattersIsKept() {
        fixture.limits.put("slow.example", new DestinationLimits(20, Rate.parse("100/d")));
        fixture.offer("slow.example").works();
        fixture.penalise("dead.example", Penalty.LONG);
        fixture.scheduler.suspend("suspended.example", Optional.empty());
        fixture.offer("stalls.example");
        fixture.widen("works.example");
        for (int i = 0; i < 20; i++) {
            fixture.pass(Duration.ofSeconds(50));
            fixture.offer("works.example").works();
            for (int j = 0; j < 10; j++) {
                fixture.offer(i + "." + j + ".example").works();
            }
        }
        for (String name : List.of("slow.example", "dead.example", "suspended.example", "stalls.example", "works.example")) {
            assertThat(fixture.scheduler.destination(name)).as(name).isPresent();
        }
        assertThat(fixture.state("dead.example")).isEqualTo(DestinationStatus.State.PROBING);
        assertThat(fixture.status("works.example").concurrency()).isEqualTo(20);
    }

    @Test
    void aFailureOfYesterdayIsForgotten() {
        fixture.penalise("dead.example", Penalty.LONG);
        fixture.pass(Duration.ofDays(1));
        fixture.offer("a.example").works();
        fixture.offer("b.example").works();
        assertThat(fixture.scheduler.destination("dead.example")).isEmpty();
    }

    @Test
    void thoseThatMustBeKeptDoNotKeepAllOthersFromBeingForgotten() {
        for (int i = 0; i < 10; i++) {
            fixture.scheduler.suspend("suspended" + i + ".example", Optional.empty());
        }
        fixture.offer("stalls.example");
        for (int i = 0; i < SchedulerLimits.MOST_IDLE + 10_000; i++) {
            fixture.offer("dead" + i + ".example").fails();
        }
        assertThat(fixture.scheduler.destinations()).hasSizeLessThanOrEqualTo(SchedulerLimits.MOST_IDLE + 11);
        assertThat(fixture.scheduler.destination("suspended0.example")).isPresent();
        assertThat(fixture.scheduler.destination("stalls.example")).isPresent();
    }

    @Test
    void askingForTheStatusDoesNotKeepADestination() {
        fixture.offer("old.example").works();
        fixture.pass(Duration.ofMinutes(2));
        fixture.status("old.example");
        fixture.offer("new.example").works();
        assertThat(fixture.scheduler.destination("old.example")).isEmpty();
    }
}
