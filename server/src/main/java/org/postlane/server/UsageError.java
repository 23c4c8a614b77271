// SPDX-License-Identifier: Apache-2.0
package org.postlane.server;

/** A command line that makes no sense; the message says what of it. */
final class UsageError extends RuntimeException {
    UsageError(String message) {
        super(message);
    }
}
