// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import java.io.IOException;

/**
 * A session that could not be opened or used: nothing was delivered over it by the operation that failed this way. Only this
 * package makes its subclasses.
 */
public class SmtpException extends IOException {
    private static final long serialVersionUID = 1L;

    private final transient Failure failure;

    SmtpException(Failure failure, Throwable cause) {
        super(failure.explanation(), cause);
        this.failure = failure;
    }

    static SmtpException host(String message, Throwable cause) {
        return new SmtpException(Failure.without(Fault.HOST, Failure.Persistence.TEMPORARY, message), cause);
    }

    static SmtpException host(String message, Reply reply) {
        return new SmtpException(Failure.refused(Fault.HOST, message, reply), null);
    }

    /** As {@link #host}, for what our own rules or the peer's forbid; without a reply for what we refuse ourselves. */
    static SmtpException policy(String message, Reply reply) {
        return new SmtpException(reply == null
            ? Failure.without(Fault.POLICY, Failure.Persistence.TEMPORARY, message)
            : Failure.refused(Fault.POLICY, message, reply), null);
    }

    static SmtpException session(String message, Throwable cause) {
        return new SmtpException(Failure.without(Fault.SESSION, Failure.Persistence.TEMPORARY, message), cause);
    }

    /** For what happened instead of a reply. */
    static SmtpException lost(Throwable cause) {
        return new SmtpException(Failure.lost(cause), cause);
    }

    /** For callers that cannot even begin to connect. */
    public static SmtpException unavailable(String message, Throwable cause) {
        return session(message, cause);
    }

    /**
     * What went wrong. Permanent here means that the same session will be refused again until somebody changes its settings
     * or the server, not that a mail is undeliverable.
     */
    public Failure failure() {
        return failure;
    }
}
