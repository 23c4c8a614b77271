// SPDX-License-Identifier: Apache-2.0
package org.postlane.guice.cluster;

/** The shared stores cannot be used; the message is for the person who starts the server, and names what to change. */
public final class ClusterError extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ClusterError(String message) {
        super(message);
    }

    ClusterError(String message, Throwable cause) {
        super(message, cause);
    }
}
