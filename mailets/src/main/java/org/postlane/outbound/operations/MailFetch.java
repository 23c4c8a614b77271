// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.operations;

/** How the delayed mail of a destination is fetched before its time. */
public enum MailFetch {
    /** The durable queue hands out all its delayed mail; what is not wanted goes back for the time that is left. */
    QUEUE_FLUSH,
    /** The queues in which mail waits beside one that ignores delays are read through once, by this James. */
    ROUND,
    /** Not at all: the queue has no means for it, and the mail comes when it is due. */
    NONE
}
