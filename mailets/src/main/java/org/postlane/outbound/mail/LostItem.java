// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.mail;

import java.util.function.BooleanSupplier;

import org.apache.james.queue.api.MailQueue.MailQueueItem;

/**
 * An item that its queue has given to others, although nobody has said that it shall: a broker does so with all that came over a
 * connection which is gone. Whoever has a copy of it in hand and has not begun with it drops it, or the mail is sent twice.
 *
 * <p>James' interface has no word for that. A queue that can tell gives items that are a {@link BooleanSupplier} as well, of the
 * JDK because queue and bundle have different class loaders: true as long as who took the item still has it, from any thread and
 * without waiting. Of other items nobody knows, and they are never lost.
 */
public final class LostItem {
    private LostItem() {
    }

    /** Whether others have it, or will: then nothing that is done with this one counts, and it is not begun. */
    public static boolean is(MailQueueItem item) {
        return item instanceof BooleanSupplier && !((BooleanSupplier) item).getAsBoolean();
    }
}
