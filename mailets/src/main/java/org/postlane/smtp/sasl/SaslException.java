// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp.sasl;

/** A challenge that must not be answered, or credentials that the mechanism cannot put into a response. Shows no secret. */
public final class SaslException extends Exception {
    private static final long serialVersionUID = 1L;

    SaslException(String message) {
        super(message);
    }
}
