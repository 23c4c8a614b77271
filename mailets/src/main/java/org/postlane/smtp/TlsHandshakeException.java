// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

/** STARTTLS was answered 220 and the handshake then failed or stalled, or the certificate did not satisfy the policy. */
public final class TlsHandshakeException extends SmtpException {
    private static final long serialVersionUID = 1L;

    TlsHandshakeException(String message, Throwable cause) {
        super(Failure.without(Fault.POLICY, Failure.Persistence.TEMPORARY, message), cause);
    }
}
