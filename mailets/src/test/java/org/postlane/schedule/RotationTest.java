// SPDX-License-Identifier: Apache-2.0
package org.postlane.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.postlane.schedule.SchedulerFixture.Job;

class RotationTest {
    private final SchedulerFixture fixture = new SchedulerFixture(10, 8);
    private final Rotation<Job> rotation = new Rotation<>(new Places(new SchedulerLimits(10, 8)));
    private long now = fixture.time.now();

    private Destination<Job> working(String name) {
        Destination<Job> destination = new Destination<>(name, DestinationLimits.DEFAULTS, Paces.local(fixture.time::now),
            due -> { }, now);
        destination.line.add(new Waiting<>(fixture.new Job(name, "sender", 5)));
        destination.progress.made(now);
        rotation.update(destination, now);
        return destination;
    }

    @Test
    void whoIsNoLongerKnownToWorkIsNotPassedOver() {
        Destination<Job> first = working("first.example");
        Destination<Job> second = working("second.example");
        assertThat(rotation.next(now)).isSameAs(first);
        // The next search begins with those of whom nothing is known; the second belongs there now, and nobody has said so.
        now += Duration.ofMinutes(2).toNanos();
        assertThat(rotation.next(now)).isSameAs(second);
        assertThat(rotation.next(now)).isNull();
    }

    @Test
    void theFewestTurnsComeFirstAndNobodyStandsThereTwice() {
        Destination<Job> first = working("first.example");
        Destination<Job> second = working("second.example");
        first.succeeded(true, now);
        first.begin();
        rotation.update(first, now);
        rotation.update(first, now);
        rotation.update(second, now);
        assertThat(rotation.next(now)).isSameAs(second);
        assertThat(rotation.next(now)).isSameAs(first);
        assertThat(rotation.next(now)).isNull();
    }

    @Test
    void whoMayHaveNoTurnAnyMoreLeaves() {
        Destination<Job> destination = working("a.example");
        destination.line.drain();
        rotation.update(destination, now);
        assertThat(rotation.next(now)).isNull();
        Destination<Job> failing = working("b.example");
        failing.failed(0, "no", now, 0);
        assertThat(rotation.next(now)).isNull();
    }
}
