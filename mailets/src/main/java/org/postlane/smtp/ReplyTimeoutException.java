// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import java.io.IOException;
import java.time.Duration;

/** The server is there and does not answer, which is another thing than a connection that died. */
final class ReplyTimeoutException extends IOException {
    private static final long serialVersionUID = 1L;

    ReplyTimeoutException(String what, Duration limit) {
        super("No answer to " + what + " within " + limit.toMillis() + " ms");
    }
}
