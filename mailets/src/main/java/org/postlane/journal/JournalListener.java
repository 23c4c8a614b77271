// SPDX-License-Identifier: Apache-2.0
package org.postlane.journal;

/**
 * Hears when a journal stops and starts to work. Called by the thread that writes, or by the one that opens the journal: it must
 * not block and not throw.
 */
public interface JournalListener {
    /** Only tells the log: an error when it begins, a line when it is over. */
    JournalListener LOG = new JournalListener() {
        @Override
        public void failed(Throwable why) {
            Logs.LOG.error("The delivery journal cannot be written; mail is delivered without it, and a crash may repeat what is "
                + "delivered now. It is tried again every second", why);
        }

        @Override
        public void works() {
            Logs.LOG.info("The delivery journal is written again");
        }
    };

    /** It cannot be written. Called once, until it {@linkplain #works works} again. */
    void failed(Throwable why);

    /** It is written again, and so is what could not be written meanwhile. */
    void works();
}
