// SPDX-License-Identifier: Apache-2.0
package org.postlane.guice.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.postlane.james.HoldTimes;

/** The bundle and the server cannot see each other's limits; here both are there. */
class HoldTimesTest {
    private static final Duration BROKER_LOOKS = Duration.ofMinutes(1);

    @Test
    void aMailIsHeldForLessThanItsNodeAndTheBrokerLetIt() {
        assertThat(Leases.LONGEST).isEqualTo(HoldTimes.GIVEN_BACK);
        assertThat(HoldTimes.GIVEN_BACK.plus(BROKER_LOOKS)).isLessThan(HoldTimes.BROKER);
        assertThat(HoldTimes.WAITING.plus(HoldTimes.IN_HAND).plus(HoldTimes.SETTLING)).isLessThan(HoldTimes.GIVEN_BACK);
        assertThat(HoldTimes.BEGINNING).isLessThan(HoldTimes.UNDER_WAY);
        assertThat(HoldTimes.UNDER_WAY).isLessThan(HoldTimes.IN_HAND);
    }
}
