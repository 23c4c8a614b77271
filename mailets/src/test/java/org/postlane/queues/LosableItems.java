// SPDX-License-Identifier: Apache-2.0
package org.postlane.queues;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

import org.apache.james.lifecycle.api.LifecycleUtil;
import org.apache.james.queue.api.MailQueue.MailQueueException;
import org.apache.james.queue.api.MailQueue.MailQueueItem;
import org.apache.james.queue.api.MailQueueItemDecoratorFactory;
import org.apache.james.queue.api.MailQueueName;
import org.apache.mailet.Mail;

/** Items of a queue that may be given to others while somebody has them in hand, as by a broker whose connection is lost. */
public final class LosableItems implements MailQueueItemDecoratorFactory {
    /** All that the queues gave, in order. */
    public final List<Item> given = new CopyOnWriteArrayList<>();
    private final Predicate<Mail> lostOnTheWay;

    /** None is lost by itself. */
    public LosableItems() {
        this(mail -> false);
    }

    /** @param lostOnTheWay of which mails the items are lost before they come */
    public LosableItems(Predicate<Mail> lostOnTheWay) {
        this.lostOnTheWay = lostOnTheWay;
    }

    @Override
    public MailQueueItemDecorator decorate(MailQueueItem item, MailQueueName queue) {
        Item losable = new Item(item);
        losable.lost = lostOnTheWay.test(item.getMail());
        given.add(losable);
        return losable;
    }

    /** The item of this mail that came last. */
    public Item of(String mail) {
        return given.stream().filter(item -> item.name.equals(mail)).reduce((earlier, later) -> later).orElseThrow();
    }

    /** One of them. */
    public static final class Item extends MailQueueItemDecoratorFactory.MailQueueItemDecorator implements BooleanSupplier {
        /** What the queue was told of it. */
        public final List<CompletionStatus> told = new CopyOnWriteArrayList<>();
        private final String name;
        private volatile boolean lost;

        private Item(MailQueueItem item) {
            super(item);
            this.name = item.getMail().getName();
        }

        /** Others have it from now on. */
        public void lose() {
            lost = true;
        }

        @Override
        public boolean getAsBoolean() {
            return !lost;
        }

        @Override
        public Mail getMail() {
            return mailQueueItem.getMail();
        }

        @Override
        public void done(CompletionStatus status) throws MailQueueException {
            told.add(status);
            // The others' copy is none of this queue's concern.
            if (!lost) {
                mailQueueItem.done(status);
            } else if (status == CompletionStatus.SUCCESS) {
                LifecycleUtil.dispose(getMail());
            }
        }
    }
}
