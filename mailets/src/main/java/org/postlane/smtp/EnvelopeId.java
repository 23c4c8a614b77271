// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

/** What the sender calls a mail, given back in delivery reports: the value of ENVID (RFC 3461 4.4). Immutable. */
public final class EnvelopeId {
    private final String value;

    private EnvelopeId(String value) {
        this.value = value;
    }

    /**
     * An identifier, not encoded.
     *
     * @throws IllegalArgumentException for an empty one, one of more than 100 octets, or a character that is not printable
     *     ASCII: it would not survive the report
     */
    public static EnvelopeId of(String value) {
        if (!value.matches("[ -~]{1," + SmtpLimits.ENVID_OCTETS + "}")) {
            throw new IllegalArgumentException("An ENVID is one to " + SmtpLimits.ENVID_OCTETS
                + " printable ASCII characters (RFC 3461 4.4): " + ReplyDecoder.printable(value));
        }
        return new EnvelopeId(value);
    }

    /** As it stands in a command. */
    String encoded() {
        return Xtext.encode(value);
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof EnvelopeId && value.equals(((EnvelopeId) o).value);
    }

    @Override
    public int hashCode() {
        return value.hashCode();
    }

    /** The identifier, not encoded. */
    @Override
    public String toString() {
        return value;
    }
}
