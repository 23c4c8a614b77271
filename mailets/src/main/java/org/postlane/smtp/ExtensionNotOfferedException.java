// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

/**
 * The mail needs an extension that this server does not offer. Nothing was said to the server, and the connection is as good
 * as before; another server of the domain may offer it.
 */
public final class ExtensionNotOfferedException extends SmtpException {
    private static final long serialVersionUID = 1L;

    private final transient MissingExtension missing;

    ExtensionNotOfferedException(MissingExtension missing) {
        super(Failure.without(missing.fault(), Failure.Persistence.PERMANENT, missing.explanation()), null);
        this.missing = missing;
    }

    /** What is missing, and for whom. */
    public MissingExtension missing() {
        return missing;
    }
}
