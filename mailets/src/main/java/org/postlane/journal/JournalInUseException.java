// SPDX-License-Identifier: Apache-2.0
package org.postlane.journal;

import java.io.IOException;

/** Somebody else has the journal open. Two writers would delete each other's records. */
public final class JournalInUseException extends IOException {
    private static final long serialVersionUID = 1L;

    JournalInUseException(String message) {
        super(message);
    }
}
