// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

/** What a mail cannot go without and a server does not offer: it must not be sent there. Immutable. */
public final class MissingExtension {
    private final String extension;
    private final Fault fault;
    private final String explanation;

    MissingExtension(String extension, Fault fault, String explanation) {
        this.extension = extension;
        this.fault = fault;
        this.explanation = explanation;
    }

    /** The keyword that EHLO would have named. */
    public String extension() {
        return extension;
    }

    /** Whose wish it is that cannot be met. */
    public Fault fault() {
        return fault;
    }

    /** The enhanced code (RFC 3463), a space, and one sentence: as {@link RecipientResult#failed} wants it. */
    public String explanation() {
        return explanation;
    }

    @Override
    public String toString() {
        return explanation;
    }
}
