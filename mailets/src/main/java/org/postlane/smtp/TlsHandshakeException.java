// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

/** The TLS handshake failed or stalled, or a certificate, the server's or our own, did not satisfy the other side. */
public final class TlsHandshakeException extends SmtpException {
    private static final long serialVersionUID = 1L;

    TlsHandshakeException(String message, Throwable cause) {
        super(Failure.without(Fault.POLICY, Failure.Persistence.TEMPORARY, message), cause);
    }
}
