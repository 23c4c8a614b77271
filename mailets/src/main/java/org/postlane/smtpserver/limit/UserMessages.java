// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.limit;

import java.util.Optional;

import org.postlane.james.ConfigurationError;
import org.postlane.james.Parameters;

/**
 * How many messages each user sends in an hour, over whichever listener: what he may send on port 465 shall not be doubled by
 * port 587. All handlers that name a limit must name the same. One for the whole James. Safe for use by several threads.
 */
public final class UserMessages {
    private Optional<MessageRate> rate = Optional.empty();
    private String declaredBy = "";

    /** The rate that these parameters name, or none where they name none. */
    synchronized MessageRate declare(Parameters parameters, String key) {
        int perHour = parameters.wholeNumber(key, Limits.MESSAGES_PER_HOUR, 0, Limits.MOST);
        if (perHour == 0) {
            return new MessageRate(0);
        }
        rate.filter(declared -> declared.perHour() != perHour).ifPresent(declared -> {
            throw new ConfigurationError(parameters.where(), key, String.valueOf(perHour), "the value that " + declaredBy
                + " has elsewhere in the file: " + declared.perHour() + ", because a user has one limit for all listeners");
        });
        if (rate.isEmpty()) {
            rate = Optional.of(new MessageRate(perHour));
            declaredBy = parameters.where();
        }
        return rate.get();
    }
}
