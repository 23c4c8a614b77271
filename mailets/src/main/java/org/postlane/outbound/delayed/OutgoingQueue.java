// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.delayed;

import java.io.IOException;
import java.util.List;

import org.apache.james.queue.api.MailQueue;
import org.postlane.outbound.operations.MailFetch;

/** An outgoing queue by the means that it has to keep mail until it is due. Safe for use by several threads; never blocks. */
interface OutgoingQueue {
    /** What mail goes into and comes out of; it honours delays. */
    MailQueue queue();

    /** The queues of James that it is made of, one at least. */
    List<MailQueue> parts();

    /** Begins to fetch the delayed mail of a destination; what comes out is told apart by the orders. */
    MailFetch fetch(String destination);

    /** Closes what was made for it; the queue of James belongs to who made that. */
    void close() throws IOException;
}
