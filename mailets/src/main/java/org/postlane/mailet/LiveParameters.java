// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import org.postlane.james.ConfigurationError;
import org.postlane.james.Parameters;
import org.postlane.outbound.settings.LiveSettings;
import org.postlane.schedule.Rate;

/** Reads what may be changed while James runs: at the start and at each reload alike. */
final class LiveParameters {
    static final String RATES = "rates";
    static final String CONNECTION_RATES = "connectionRates";
    static final String DESTINATION_CONCURRENCY = "destinationConcurrency";

    private static final int HIGHEST_CONCURRENCY = 10_000;

    private LiveParameters() {
    }

    /**
     * The settings that an element writes, with defaults for the others.
     *
     * @throws ConfigurationError for a rule that is none
     */
    static LiveSettings read(Parameters parameters) {
        return new LiveSettings(
            DomainRuleParameters.read(parameters, RATES, Rate.EXPECTED, Rate::parse),
            DomainRuleParameters.read(parameters, CONNECTION_RATES, Rate.EXPECTED, Rate::parse),
            DomainRuleParameters.read(parameters, DESTINATION_CONCURRENCY, "a whole number from 1 to " + HIGHEST_CONCURRENCY,
                LiveParameters::concurrency));
    }

    private static Integer concurrency(String text) {
        int number = Integer.parseInt(text);
        if (number < 1 || number > HIGHEST_CONCURRENCY) {
            throw new IllegalArgumentException("out of bounds");
        }
        return number;
    }
}
