// SPDX-License-Identifier: Apache-2.0
package org.postlane.local;

import java.util.Optional;

import org.apache.mailet.Mail;
import org.postlane.james.Parameters;

/**
 * What one element in {@code mailetcontainer.xml} says about its deliveries: the keys of James' LocalDelivery, and one of ours.
 * Immutable.
 */
public final class LocalDeliverySettings {
    /** Whether the mail ends with its delivery. */
    public static final String CONSUME = "consume";
    /** What becomes of the recipients whose mailbox did not take the mail. */
    public static final String ON_MAILET_EXCEPTION = "onMailetException";
    /** How often a failure that may pass is tried again. */
    public static final String RETRIES = "retries";
    /** Whether senders who want to hear of success (RFC 3461) are told by this element. */
    public static final String SUCCESS_REPORTS = "successReports";

    /** As LocalDelivery. */
    static final int DEFAULT_RETRIES = 3;
    /** With a second between them, longer than any mail is held in one go. */
    static final int MAX_RETRIES = 1000;

    private static final String IGNORE = "ignore";
    private static final String PROPAGATE = "propagate";

    private final boolean consume;
    private final String onFailure;
    private final int retries;
    private final boolean successReports;

    LocalDeliverySettings(boolean consume, String onFailure, int retries, boolean successReports) {
        this.consume = consume;
        this.onFailure = onFailure;
        this.retries = retries;
        this.successReports = successReports;
    }

    /**
     * Reads an element.
     *
     * @throws org.postlane.james.ConfigurationError for a value that does not fit, or a key that is none
     */
    public static LocalDeliverySettings read(Parameters parameters) {
        boolean consume = parameters.flag(CONSUME, true);
        // Where the mail goes on, James' own mailets for reports of success may stand behind this one.
        LocalDeliverySettings settings = new LocalDeliverySettings(
            consume,
            parameters.text(ON_MAILET_EXCEPTION, "ignore, propagate or the name of a processor").orElse(Mail.ERROR),
            parameters.wholeNumber(RETRIES, DEFAULT_RETRIES, 0, MAX_RETRIES),
            parameters.flag(SUCCESS_REPORTS, consume));
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

    /** Whether senders who want to hear of success (RFC 3461) are told. */
    public boolean successReports() {
        return successReports;
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
