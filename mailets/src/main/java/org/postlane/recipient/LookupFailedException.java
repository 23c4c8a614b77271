// SPDX-License-Identifier: Apache-2.0
package org.postlane.recipient;

/**
 * The directory (users, domains or rewrite table) could not answer. Nothing is known about the address then: callers
 * answer {@code 451} or try again later, and never take it for a refusal.
 */
public class LookupFailedException extends Exception {
    private static final long serialVersionUID = 1L;

    /** For a failure with its cause. */
    public LookupFailedException(String message, Throwable cause) {
        super(message, cause);
    }
}
