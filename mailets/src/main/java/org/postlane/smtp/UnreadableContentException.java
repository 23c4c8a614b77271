// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import java.io.IOException;

/** The message could not be read to its end; it is the message's fault, wherever it was to go. */
final class UnreadableContentException extends IOException {
    private static final long serialVersionUID = 1L;

    UnreadableContentException(Throwable cause) {
        super("The message could not be read: " + (cause instanceof IOException ? cause.getMessage() : cause), cause);
    }
}
