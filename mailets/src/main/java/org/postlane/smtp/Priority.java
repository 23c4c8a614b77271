// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

/** How urgent a mail is on its way: the value of MT-PRIORITY (RFC 6710). Immutable. */
public final class Priority {
    private final int value;

    private Priority(int value) {
        this.value = value;
    }

    /**
     * A priority.
     *
     * @param value from -9, which can wait longest, to 9; 0 is what a mail without one has
     * @throws IllegalArgumentException for any other value
     */
    public static Priority of(int value) {
        if (value < -SmtpLimits.PRIORITY || value > SmtpLimits.PRIORITY) {
            throw new IllegalArgumentException("MT-PRIORITY goes from -9 to 9 (RFC 6710 4), not to " + value);
        }
        return new Priority(value);
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Priority && value == ((Priority) o).value;
    }

    @Override
    public int hashCode() {
        return value;
    }

    /** As it stands in a command. */
    @Override
    public String toString() {
        return Integer.toString(value);
    }
}
