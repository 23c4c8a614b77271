// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.auth;

import java.time.Duration;

import org.apache.james.protocols.api.ProtocolSession.AttachmentKey;
import org.apache.james.protocols.api.ProtocolSession.State;
import org.apache.james.protocols.smtp.SMTPSession;

/** The failed logins of one connection. For the thread of its channel. */
final class FailedLogins {
    private static final AttachmentKey<FailedLogins> KEY = AttachmentKey.of("postlane-failed-logins", FailedLogins.class);

    private final AuthSettings settings;
    private int count;

    private FailedLogins(AuthSettings settings) {
        this.settings = settings;
    }

    /** They outlive STARTTLS and RSET. */
    static FailedLogins of(SMTPSession session, AuthSettings settings) {
        return session.getAttachment(KEY, State.Connection).orElseGet(() -> {
            FailedLogins none = new FailedLogins(settings);
            session.setAttachment(KEY, none, State.Connection);
            return none;
        });
    }

    /** From the response to its answer, however early the answer is known: a guess costs time, and tells none. */
    Duration delay() {
        return settings.failureDelay();
    }

    /** Counts one, and says whether that was the last that is taken. */
    boolean isOneMoreTooMany() {
        count++;
        return count >= settings.maxFailures();
    }
}
