// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

/**
 * A connection that had been in use before turned out to be dead, or refused to be reset, before it answered MAIL. Nothing
 * was sent that could be delivered: the transaction may be repeated at once on a new connection, and counts as not tried.
 */
public final class StaleConnectionException extends SmtpException {
    private static final long serialVersionUID = 1L;

    private final boolean resetRefused;

    StaleConnectionException(String message, boolean resetRefused, Throwable cause) {
        super(Failure.without(Fault.SESSION, Failure.Persistence.TEMPORARY, message), cause);
        this.resetRefused = resetRefused;
    }

    /** Whether the server answered RSET with a refusal, rather than having gone away. */
    public boolean isResetRefused() {
        return resetRefused;
    }
}
