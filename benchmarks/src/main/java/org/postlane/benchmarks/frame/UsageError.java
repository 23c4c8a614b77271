// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks.frame;

/** A command line that was not understood, or something that a command needs and did not find. The message is for the user. */
public final class UsageError extends RuntimeException {
    private static final long serialVersionUID = 1;

    public UsageError(String message) {
        super(message);
    }
}
