// SPDX-License-Identifier: Apache-2.0
package org.postlane.it;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import org.apache.mailet.Mail;
import org.apache.mailet.base.GenericMailet;

/** A mailet that does not come back until it is let go: what a broken scanner or a stalled disk is to a lane. */
public class HangingMailet extends GenericMailet {
    private static final CountDownLatch LET_GO = new CountDownLatch(1);
    private static final AtomicInteger HANGING = new AtomicInteger();

    static int hanging() {
        return HANGING.get();
    }

    static void letGo() {
        LET_GO.countDown();
    }

    @Override
    public void service(Mail mail) {
        HANGING.incrementAndGet();
        try {
            LET_GO.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
