// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.attempt;

import java.io.IOException;

/** The message of a queued mail cannot be read now, which is the fault of no host. */
final class UnreadableMessageException extends IOException {
    private static final long serialVersionUID = 1L;

    UnreadableMessageException(String mail, Throwable cause) {
        super("4.3.0 The message of " + mail + " cannot be read: " + cause, cause);
    }
}
