// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks.james;

import org.apache.mailet.Mail;
import org.apache.mailet.base.GenericMailet;

/** Does what James' {@code Null} does, and counts: how fast a James is that has nothing to deliver. */
public final class CountedNull extends GenericMailet {
    private static final Object LOCK = new Object();
    private static long seen;

    @Override
    public void service(Mail mail) {
        mail.setState(Mail.GHOST);
        synchronized (LOCK) {
            seen++;
            LOCK.notifyAll();
        }
    }

    static long seen() {
        synchronized (LOCK) {
            return seen;
        }
    }

    /** Waits until it has seen so many mails since the server started. */
    static void await(long mails) throws InterruptedException {
        synchronized (LOCK) {
            while (seen < mails) {
                LOCK.wait();
            }
        }
    }
}
