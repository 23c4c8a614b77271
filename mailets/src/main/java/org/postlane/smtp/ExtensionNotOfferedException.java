// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

/**
 * The mail needs an extension that this server does not offer. Nothing was said to the server, and the connection is as good
 * as before; another server of the domain may offer it.
 */
public final class ExtensionNotOfferedException extends SmtpException {
    private static final long serialVersionUID = 1L;

    private final String extension;

    ExtensionNotOfferedException(String extension, String explanation) {
        super(Failure.without(Fault.MESSAGE, Failure.Persistence.PERMANENT, explanation), null);
        this.extension = extension;
    }

    /** The keyword of the extension, such as {@code 8BITMIME}. */
    public String extension() {
        return extension;
    }
}
