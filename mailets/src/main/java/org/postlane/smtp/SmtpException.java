// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import java.io.IOException;
import java.util.Optional;

/** A session that could not be opened or used: nothing was delivered over it by the operation that failed this way. */
public class SmtpException extends IOException {
    private static final long serialVersionUID = 1L;

    private final Fault fault;
    private final boolean permanent;
    private final transient Reply reply;

    SmtpException(Fault fault, boolean permanent, String message, Reply reply, Throwable cause) {
        super(reply == null ? message : message + ": " + reply, cause);
        this.fault = fault;
        this.permanent = permanent;
        this.reply = reply;
    }

    static SmtpException host(String message, Throwable cause) {
        return new SmtpException(Fault.HOST, false, message, null, cause);
    }

    static SmtpException host(String message, Reply reply) {
        return new SmtpException(Fault.HOST, false, message, reply, null);
    }

    static SmtpException policy(String message, Reply reply) {
        return new SmtpException(Fault.POLICY, false, message, reply, null);
    }

    static SmtpException session(String message, Throwable cause) {
        return new SmtpException(Fault.SESSION, false, message, null, cause);
    }

    /** For callers that cannot even begin to connect. */
    public static SmtpException unavailable(String message, Throwable cause) {
        return session(message, cause);
    }

    /** Whose fault it is. */
    public Fault fault() {
        return fault;
    }

    /** Whether trying again later makes no sense. */
    public boolean isPermanent() {
        return permanent;
    }

    /** What the server said, where it said something. */
    public Optional<Reply> reply() {
        return Optional.ofNullable(reply);
    }
}
