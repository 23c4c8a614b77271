// SPDX-License-Identifier: Apache-2.0
package org.postlane.queue;

import java.io.IOException;

/** A mail whose records are there in part, or cannot be understood. Another try would not help. */
final class DamagedRecordException extends IOException {
    private static final long serialVersionUID = 1;

    DamagedRecordException(String message) {
        super(message);
    }

    DamagedRecordException(String message, Throwable cause) {
        super(message, cause);
    }
}
