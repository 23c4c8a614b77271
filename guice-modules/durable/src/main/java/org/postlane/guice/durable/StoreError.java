// SPDX-License-Identifier: Apache-2.0
package org.postlane.guice.durable;

import java.sql.SQLException;

/** The store cannot be opened; the message is for the person who starts the server, and names what to change. */
public final class StoreError extends RuntimeException {
    private static final long serialVersionUID = 1L;

    StoreError(String message) {
        super(message);
    }

    StoreError(String message, Throwable cause) {
        super(message, cause);
    }

    /** The innermost sentence of an error: pools and JPA wrap it several times over, and Derby chains it behind a general one. */
    public static String reason(Throwable error) {
        String sentence = error.toString();
        Throwable next = error;
        for (int depth = 0; next != null && depth < 50; depth++) {
            if (next.getMessage() != null && next.getMessage().indexOf(' ') > 0) {
                sentence = next.getMessage();
            }
            next = behind(next);
        }
        return sentence.strip();
    }

    private static Throwable behind(Throwable error) {
        if (error instanceof SQLException && ((SQLException) error).getNextException() != null) {
            return ((SQLException) error).getNextException();
        }
        return error.getCause();
    }
}
