// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

/**
 * The server offers an extension and then does not know its command. Nothing was delivered and the connection is closed; the
 * mail goes if the extension is left alone ({@link SessionSettings.Builder#ignoring}).
 */
public final class ExtensionBrokenException extends SmtpException {
    private static final long serialVersionUID = 1L;

    private final String extension;

    ExtensionBrokenException(String extension, Reply reply) {
        super(Failure.without(Fault.HOST, Failure.Persistence.TEMPORARY,
            "The server offers " + extension + " and does not know it: " + reply), null);
        this.extension = extension;
    }

    /** The keyword of the extension, such as {@code CHUNKING}. */
    public String extension() {
        return extension;
    }
}
