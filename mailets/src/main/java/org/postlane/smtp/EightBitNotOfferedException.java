// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

/**
 * The content has octets above 127 and the server does not offer 8BITMIME (RFC 6152). Nothing was sent; the connection is
 * as good as before. The caller may convert a copy, or give up with 5.6.3.
 */
public final class EightBitNotOfferedException extends SmtpException {
    private static final long serialVersionUID = 1L;

    EightBitNotOfferedException() {
        super(Fault.MESSAGE, true, "5.6.3 The content needs 8BITMIME, which the server does not offer", null, null);
    }
}
