// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.attempt;

import java.util.Optional;

import org.postlane.pool.DiscardReason;
import org.postlane.smtp.ExtensionBrokenException;
import org.postlane.smtp.Fault;
import org.postlane.smtp.SessionSettings;
import org.postlane.smtp.SmtpException;
import org.postlane.smtp.StaleConnectionException;

/**
 * Which failures of a mail's transactions at one host are repeated at once over another connection, and how often. What fails a
 * transaction as a whole comes before its content, so that this delivers nothing twice. Once each: after an extension that the
 * server offers and does not know, after mails of others that were on their way over the same connection, and after a connection
 * that died in reserve or would not be reset. Not safe for use by several threads.
 */
final class SilentRetries {
    private final BrokenExtensions broken;
    private final SessionSettings session;
    private boolean leftExtensionAlone;
    private boolean retriedAfterFollowing;
    private boolean retriedFresh;

    SilentRetries(BrokenExtensions broken, SessionSettings session) {
        this.broken = broken;
        this.session = session;
    }

    /** How to repeat a transaction. */
    static final class Retry {
        private final DiscardReason reason;
        private final boolean fresh;

        private Retry(DiscardReason reason, boolean fresh) {
            this.reason = reason;
            this.fresh = fresh;
        }

        /** Why the present connection is given up. */
        DiscardReason reason() {
            return reason;
        }

        /** Whether the next one has to be new; otherwise one in reserve will do. */
        boolean isFresh() {
            return fresh;
        }
    }

    /** A transaction got somewhere. The next has a retry of its own: each one makes the rest of the recipients smaller. */
    void gotSomewhere() {
        retriedFresh = false;
        retriedAfterFollowing = false;
    }

    /** The retry for a transaction that failed so over this connection, used up thereby; empty where there is none left. */
    Optional<Retry> after(Throwable failure, HeldConnection held) {
        if (failure instanceof ExtensionBrokenException && !leftExtensionAlone) {
            leftExtensionAlone = true;
            broken.remember(session, (ExtensionBrokenException) failure);
            return Optional.of(new Retry(DiscardReason.BROKEN, true));
        }
        if (held.noticesGivenWay()) {
            return Optional.empty();
        }
        if (held.isFollowing() && failure instanceof SmtpException && !retriedAfterFollowing) {
            retriedAfterFollowing = true;
            return Optional.of(new Retry(DiscardReason.BROKEN, false));
        }
        if (diedInReserve(failure, held) && !retriedFresh) {
            retriedFresh = true;
            DiscardReason reason = isResetRefused(failure) ? DiscardReason.RESET_REFUSED : DiscardReason.DIED_IDLE;
            return Optional.of(new Retry(reason, true));
        }
        return Optional.empty();
    }

    /** A connection may also die in reserve without ever having carried a mail: opened for one that was served otherwise. */
    private static boolean diedInReserve(Throwable failure, HeldConnection held) {
        return failure instanceof StaleConnectionException || (held.isReused() && failure instanceof SmtpException
            && ((SmtpException) failure).failure().fault() == Fault.SESSION);
    }

    private static boolean isResetRefused(Throwable failure) {
        return failure instanceof StaleConnectionException && ((StaleConnectionException) failure).isResetRefused();
    }
}
