// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.mail;

import java.util.function.BooleanSupplier;

import org.apache.james.queue.api.MailQueue.MailQueueException;
import org.apache.james.queue.api.MailQueue.MailQueueItem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An item that its queue has given to others, although nobody has said that it shall: a broker does so with all that came over a
 * connection which is gone. Whoever has a copy of it in hand and has not begun with it drops it, or the mail is sent twice.
 *
 * <p>James' interface has no word for that. A queue that can tell gives items that are a {@link BooleanSupplier} as well, of the
 * JDK because queue and bundle have different class loaders: true as long as who took the item still has it, from any thread and
 * without waiting. Of other items nobody knows, and they are never lost.
 */
public final class LostItem {
    private static final Logger LOGGER = LoggerFactory.getLogger(LostItem.class);

    private LostItem() {
    }

    /** Whether others have it, or will: then nothing that is done with this one counts, and it is not begun. */
    public static boolean is(MailQueueItem item) {
        return item instanceof BooleanSupplier && !((BooleanSupplier) item).getAsBoolean();
    }

    /**
     * Nobody here begins with it any more. A broker gives it to others at once then, and not only when the connection ends; any
     * other queue keeps what it hears nothing about, and gives it out again after the next start.
     */
    public static void leave(MailQueueItem item) {
        if (item instanceof BooleanSupplier) {
            try {
                item.done(MailQueueItem.CompletionStatus.RETRY);
            } catch (MailQueueException | RuntimeException e) {
                LOGGER.debug("{} is left to the end of its connection", item.getMail().getName(), e);
            }
        }
    }
}
