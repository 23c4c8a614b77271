// SPDX-License-Identifier: Apache-2.0
package org.postlane.journal;

/**
 * An outcome could not be written; it is known to this process only. Not a reason to stop a delivery: a crash may repeat it.
 * Logged once by the journal, so that callers need not log it for each mail.
 */
public final class JournalUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    JournalUnavailableException(String message, Throwable cause) {
        // Without a stack trace: it may be made for each of many mails, and says nothing that the cause does not say.
        super(message, cause, false, false);
    }
}
