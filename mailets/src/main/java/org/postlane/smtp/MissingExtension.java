// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import java.util.Optional;

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

    /** What content needs by its octets, whoever it is for (RFC 6152, RFC 3030 3). */
    static Optional<MissingExtension> of(Content content, Capabilities capabilities) {
        if (content.isBinary()) {
            return capabilities.offers("BINARYMIME") && capabilities.offers("CHUNKING") ? Optional.empty()
                : Optional.of(new MissingExtension("BINARYMIME", Fault.MESSAGE,
                    "5.6.3 The content needs BINARYMIME, which the server does not offer"));
        }
        return !content.isEightBit() || capabilities.offers("8BITMIME") ? Optional.empty()
            : Optional.of(new MissingExtension("8BITMIME", Fault.MESSAGE,
                "5.6.3 The content needs 8BITMIME, which the server does not offer"));
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
