// SPDX-License-Identifier: Apache-2.0
package org.postlane.server;

/** The server cannot start; the message is for the person who started it. */
public final class StartError extends RuntimeException {
    StartError(String message) {
        super(message);
    }

    StartError(String message, Throwable cause) {
        super(message, cause);
    }

    /** An error whose message names the innermost cause: frameworks wrap the sentence that matters several times over. */
    static StartError because(String what, Throwable error) {
        Throwable innermost = error;
        while (innermost.getCause() != null && innermost.getCause() != innermost) {
            innermost = innermost.getCause();
        }
        String message = innermost.getMessage();
        // A sentence speaks for itself; the lone name in a ClassNotFoundException does not.
        boolean sentence = message != null && message.indexOf(' ') > 0;
        return new StartError(what + ": " + (sentence ? message : innermost), error);
    }

    /** The same error when these have been closed, in order; an error of one is never told in the place of this one. */
    @SuppressWarnings("IllegalCatch")
    StartError closing(Runnable... closes) {
        for (Runnable close : closes) {
            try {
                close.run();
            } catch (RuntimeException | LinkageError e) {
                addSuppressed(e);
            }
        }
        return this;
    }
}
