// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import java.io.IOException;

/** The peer broke the protocol; replies can no longer be matched to commands, so the connection is of no further use. */
public final class ProtocolViolationException extends IOException {
    private static final long serialVersionUID = 1L;

    ProtocolViolationException(String message) {
        super(message);
    }
}
