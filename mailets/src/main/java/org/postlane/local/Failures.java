// SPDX-License-Identifier: Apache-2.0
package org.postlane.local;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

import org.apache.james.mailbox.exception.MailboxNameException;
import org.apache.james.mailbox.exception.MailboxSecurityException;
import org.apache.james.mailbox.exception.OverQuotaException;
import org.apache.james.mailbox.exception.ReadOnlyException;
import org.apache.james.mailbox.exception.UnsupportedOperationException;
import org.apache.james.mailbox.exception.UserDoesNotExistException;

/** Which failures of a mailbox may pass, and how long to wait for it. Stateless. */
final class Failures {
    /** As LocalDelivery: an overloaded store has a moment, and nobody notices the delay. */
    static final Duration FIRST_BACK_OFF = Duration.ofMillis(200);
    static final Duration LONGEST_BACK_OFF = Duration.ofSeconds(1);

    private static final int MAX_CAUSES = 20;
    private static final int MAX_DOUBLINGS = 10;
    /** What the next attempt would meet again. What is not known may pass. */
    private static final List<Class<? extends Exception>> LASTING = List.of(OverQuotaException.class, MailboxNameException.class,
        MailboxSecurityException.class, ReadOnlyException.class, UnsupportedOperationException.class,
        UserDoesNotExistException.class);

    private Failures() {
    }

    static boolean mayPass(Throwable failure) {
        Throwable cause = failure;
        for (int i = 0; i < MAX_CAUSES && cause != null; i++) {
            Throwable examined = cause;
            if (LASTING.stream().anyMatch(type -> type.isInstance(examined))) {
                return false;
            }
            cause = cause.getCause();
        }
        return true;
    }

    /** How long to wait after so many failures, the first being number 1: half of the doubling delay to one and a half of it. */
    static Duration backOff(int failures) {
        long doubled = FIRST_BACK_OFF.toMillis() << Math.min(MAX_DOUBLINGS, Math.max(0, failures - 1));
        long delay = Math.min(doubled, LONGEST_BACK_OFF.toMillis());
        return Duration.ofMillis(delay / 2 + ThreadLocalRandom.current().nextLong(delay + 1));
    }
}
