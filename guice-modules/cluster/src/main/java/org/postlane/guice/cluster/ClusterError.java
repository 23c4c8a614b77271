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

    /** The innermost sentence of an error: drivers wrap it several times over. */
    static String reason(Throwable error) {
        String sentence = error.toString();
        Throwable next = error;
        for (int depth = 0; next != null && depth < 50; depth++) {
            if (next.getMessage() != null && next.getMessage().indexOf(' ') > 0) {
                sentence = next.getMessage();
            }
            next = next.getCause();
        }
        return sentence.strip();
    }
}
