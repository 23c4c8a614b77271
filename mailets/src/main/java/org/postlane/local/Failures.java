// SPDX-License-Identifier: Apache-2.0
package org.postlane.local;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

import org.apache.james.mailbox.exception.MailboxNameException;
import org.apache.james.mailbox.exception.MailboxSecurityException;
import org.apache.james.mailbox.exception.OverQuotaException;
import org.apache.james.mailbox.exception.ReadOnlyException;
import org.apache.james.mailbox.exception.UnsupportedOperationException;
import org.apache.james.mailbox.exception.UserDoesNotExistException;
import org.postlane.report.FailureReason;

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

    /**
     * SQL states of a database that cannot be reached, has no room or will do it a moment later: connections (08), one that only
     * reads for now (25), what another transaction holds (40), resources (53), stopped or interrupted by an operator (57), its
     * system (58), Derby that did not start, or could not read or write its log, a page or a file.
     */
    private static final List<String> STATES_OF_ABSENCE =
        List.of("08", "25", "40", "53", "57", "58", "XJ040", "XSLA", "XSDG", "XSDB", "XSDF");

    /** What the sender hears of a mailbox that has not answered in all of its runs. */
    static final FailureReason UNANSWERED =
        FailureReason.of("4.4.7", "The mailbox has not answered. The mail may be in it all the same.");

    /** What the sender hears of a mailbox that could not be written in all of {@link LocalDeliveries#MAX_TIMES}. */
    static final FailureReason AWAY = FailureReason.of("4.4.7", "The mailbox could not be written for days.");

    /** What the sender hears of a mailbox that could not be written, for a reason that could have passed. */
    static final FailureReason UNWRITTEN =
        FailureReason.of("4.2.0", "The mailbox could not be written, not at a later attempt either.");

    private Failures() {
    }

    static boolean mayPass(Throwable failure) {
        return lasting(failure).isEmpty();
    }

    /**
     * Whether the database of the mailboxes was away, or the pool had no connection to it: a matter of minutes, and of all
     * mailboxes, of which no sender needs to hear.
     */
    static boolean storeIsAway(Throwable failure) {
        Throwable cause = failure;
        for (int i = 0; i < MAX_CAUSES && cause != null; i++) {
            if (cause instanceof SQLException && isAway((SQLException) cause)) {
                return true;
            }
            cause = cause.getCause();
        }
        return false;
    }

    private static boolean isAway(SQLException failure) {
        String state = failure.getSQLState();
        return state == null ? failure.getCause() instanceof NoSuchElementException
            : STATES_OF_ABSENCE.stream().anyMatch(state::startsWith);
    }

    private static Optional<Throwable> lasting(Throwable failure) {
        Throwable cause = failure;
        for (int i = 0; i < MAX_CAUSES && cause != null; i++) {
            Throwable examined = cause;
            if (LASTING.stream().anyMatch(type -> type.isInstance(examined))) {
                return Optional.of(examined);
            }
            cause = cause.getCause();
        }
        return Optional.empty();
    }

    /** What the sender hears, in words of ours: those of the store are for the log. The code is of RFC 3463 3.3. */
    static FailureReason reason(Throwable failure) {
        Optional<Throwable> lasting = lasting(failure);
        if (lasting.isEmpty()) {
            return UNWRITTEN;
        }
        Throwable cause = lasting.get();
        if (cause instanceof OverQuotaException) {
            return FailureReason.of("5.2.2", "The mailbox is full.");
        }
        if (cause instanceof UserDoesNotExistException) {
            return FailureReason.of("5.1.1", "There is no such mailbox here.");
        }
        return FailureReason.of("5.2.0", "The mailbox does not take the mail.");
    }

    /** How long to wait after so many failures, the first being number 1: half of the doubling delay to one and a half of it. */
    static Duration backOff(int failures) {
        long doubled = FIRST_BACK_OFF.toMillis() << Math.min(MAX_DOUBLINGS, Math.max(0, failures - 1));
        long delay = Math.min(doubled, LONGEST_BACK_OFF.toMillis());
        return Duration.ofMillis(delay / 2 + ThreadLocalRandom.current().nextLong(delay + 1));
    }
}
