// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.mail;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

import org.apache.james.queue.api.MailQueue.MailQueueException;
import org.apache.james.queue.api.MailQueue.MailQueueItem;
import org.apache.james.server.core.MailImpl;
import org.apache.mailet.Mail;
import org.junit.jupiter.api.Test;

/** Items of which their queue can tell that others have them, and items of other queues. */
class LostItemTest {
    private final List<MailQueueItem.CompletionStatus> told = new ArrayList<>();

    private class Item implements MailQueueItem {
        private final Mail mail = MailImpl.builder().name("mail").build();

        @Override
        public Mail getMail() {
            return mail;
        }

        @Override
        public void done(CompletionStatus status) throws MailQueueException {
            told.add(status);
        }
    }

    private class Losable extends Item implements BooleanSupplier {
        private final boolean ours;

        Losable(boolean ours) {
            this.ours = ours;
        }

        @Override
        public boolean getAsBoolean() {
            return ours;
        }
    }

    @Test
    void whatOthersHaveIsLostAndNothingElse() {
        assertThat(LostItem.is(new Losable(false))).isTrue();
        assertThat(LostItem.is(new Losable(true))).isFalse();
        assertThat(LostItem.is(new Item())).isFalse();
    }

    @Test
    void theBrokerIsToldWhatNobodyBeginsWithAndNoOtherQueueIs() {
        LostItem.leave(new Item());
        assertThat(told).isEmpty();
        LostItem.leave(new Losable(true));
        assertThat(told).containsExactly(MailQueueItem.CompletionStatus.RETRY);
    }

    @Test
    void aBrokerThatCannotBeToldEndsNothing() {
        LostItem.leave(new Losable(true) {
            @Override
            public void done(CompletionStatus status) throws MailQueueException {
                throw new MailQueueException("no connection");
            }
        });
        LostItem.leave(new Losable(true) {
            @Override
            public void done(CompletionStatus status) {
                throw new IllegalStateException("no channel");
            }
        });
        assertThat(told).isEmpty();
    }
}
