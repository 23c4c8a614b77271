// SPDX-License-Identifier: Apache-2.0
package org.postlane.local;

import java.util.Optional;

import org.apache.mailet.Mail;
import org.postlane.james.Parameters;

/** What one element in {@code mailetcontainer.xml} says about its deliveries: the keys of James' LocalDelivery. Immutable. */
public final class LocalDeliverySettings {
    /** Whether the mail ends with its delivery. */
    public static final String CONSUME = "consume";
    /** What becomes of the recipients whose mailbox did not take the mail. */
    public static final String ON_MAILET_EXCEPTION = "onMailetException";
    /** How often a failure that may pass is tried again. */
    public static final String RETRIES = "retries";

    /** As LocalDelivery. */
    static final int DEFAULT_RETRIES = 3;
    /** With a second between them, longer than any mail is held in one go. */
    static final int MAX_RETRIES = 1000;

    private static final String IGNORE = "ignore";
    private static final String PROPAGATE = "propagate";

    private final boolean consume;
    private final String onFailure;
    private final int retries;

    LocalDeliverySettings(boolean consume, String onFailure, int retries) {
        this.consume = consume;
        this.onFailure = onFailure;
        this.retries = retries;
    }

    /**
     * Reads an element.
     *
     * @throws org.postlane.james.ConfigurationError for a value that does not fit, or a key that is none
     */
    public static LocalDeliverySettings read(Parameters parameters) {
        LocalDeliverySettings settings = new LocalDeliverySettings(
            parameters.flag(CONSUME, true),
            parameters.text(ON_MAILET_EXCEPTION, "ignore, propagate or the name of a processor").orElse(Mail.ERROR),
            parameters.wholeNumber(RETRIES, DEFAULT_RETRIES, 0, MAX_RETRIES));
        parameters.refuseUnknown();
        return settings;
    }

    /** Whether the mail ends with its delivery, or goes on to the next mailet. */
    public boolean consume() {
        return consume;
    }

    /** How often a failure that may pass is tried again. */
    public int retries() {
        return retries;
    }

    /** Whether recipients whose mailbox did not take the mail are forgotten. */
    boolean ignore() {
        return IGNORE.equalsIgnoreCase(onFailure);
    }

    /** Whether a failure is thrown. */
    boolean propagate() {
        return PROPAGATE.equalsIgnoreCase(onFailure);
    }

    /** The value as it was written. */
    String onFailure() {
        return onFailure;
    }

    /** The processor that gets the failed recipients; empty where they are forgotten or the failure is thrown. */
    public Optional<String> errorProcessor() {
        return ignore() || propagate() ? Optional.empty() : Optional.of(onFailure);
    }
}
