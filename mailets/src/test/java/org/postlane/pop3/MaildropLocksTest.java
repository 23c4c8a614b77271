// SPDX-License-Identifier: Apache-2.0
package org.postlane.pop3;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MaildropLocksTest {
    private final MaildropLocks locks = new MaildropLocks();

    @Test
    void oneAtATimeHasAMaildrop() {
        MaildropLocks.Lease first = locks.tryLock("alice").orElseThrow();

        assertThat(locks.tryLock("alice")).isEmpty();
        assertThat(locks.tryLock("bob")).isPresent();
        first.release();
        assertThat(locks.tryLock("alice")).isPresent();
    }

    @Test
    void aLateReleaseTakesNothingFromTheNextHolder() {
        MaildropLocks.Lease first = locks.tryLock("alice").orElseThrow();
        first.release();
        assertThat(locks.tryLock("alice")).isPresent();

        first.release();

        assertThat(locks.tryLock("alice")).isEmpty();
    }
}
