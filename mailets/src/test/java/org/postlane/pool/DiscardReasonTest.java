// SPDX-License-Identifier: Apache-2.0
package org.postlane.pool;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DiscardReasonTest {
    @Test
    void reasonsAreSpelledInLowerCaseWithHyphens() {
        assertThat(DiscardReason.IDLE_TIMEOUT).hasToString("idle-timeout");
        assertThat(DiscardReason.values()).allSatisfy(reason -> assertThat(reason.toString()).matches("[a-z]+(-[a-z]+)*"));
    }
}
