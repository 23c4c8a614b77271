// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

/**
 * Whether a server bears what overlaps, on one connection. Some that offer PIPELINING throw away what has come behind a final
 * dot, or end the session for it; others lose count. One that has answered such transactions before and then ends the session
 * has other reasons: a limit of mails in one session, or its own end.
 *
 * <p>Written on the connection's event loop.
 */
final class Overlap {
    private boolean proven;
    private volatile boolean toBlame;

    /** A transaction has its outcome. */
    void ended(Transaction transaction, Dialogue dialogue) {
        if (!transaction.isFollower() && !transaction.isFollowed()) {
            return;
        }
        if (dialogue.isOutOfStep()) {
            toBlame = true;
        } else if (transaction.isFollower() && transaction.isBegunByServer()) {
            proven = true;
        } else if (transaction.isPredecessorAnswered() && !dialogue.isIntact()) {
            toBlame |= !proven || dialogue.isTimedOut();
        }
    }

    /** Whether the connection broke because transactions overlapped. Any thread may ask. */
    boolean isToBlame() {
        return toBlame;
    }
}
