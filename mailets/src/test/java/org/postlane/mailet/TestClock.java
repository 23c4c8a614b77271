// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** The time, which a test puts forward. */
final class TestClock extends Clock {
    private volatile Duration later = Duration.ZERO;

    void forward(Duration by) {
        later = later.plus(by);
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return this;
    }

    @Override
    public Instant instant() {
        return Clock.systemUTC().instant().plus(later);
    }
}
