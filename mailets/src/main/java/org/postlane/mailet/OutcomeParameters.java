// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.mail.MessagingException;

import org.apache.james.transport.mailets.remote.delivery.Delay;
import org.postlane.james.Parameters;
import org.postlane.outbound.settings.DeadLetters;
import org.postlane.outbound.settings.OutboundSettings;
import org.postlane.outbound.settings.RetrySchedule;

/** The parameters of {@link PooledRemoteDelivery} about mail that is not delivered at once. Names after Postfix' parameters. */
final class OutcomeParameters {
    static final String MIN_BACK_OFF = "minBackoff";
    static final String MAX_BACK_OFF = "maxBackoff";
    static final String QUEUE_LIFETIME = "queueLifetime";
    static final String DELAY_WARNING = "delayWarning";
    static final String DEAD_LETTERS = "deadLetters";

    static final int MOST_RETRIES = 10_000;
    /** What stock adds to delays that are set without a number of retries. */
    private static final int STOCK_MAX_RETRIES = 5;
    /** James' memory queue cannot order mails whose delays are 25 days apart. */
    private static final Duration LONGEST_DELAY = Duration.ofDays(20);
    private static final Duration SHORTEST = Duration.ofSeconds(1);
    private static final Duration LONGEST_LIFETIME = Duration.ofDays(365);

    private final Parameters parameters;

    OutcomeParameters(Parameters parameters) {
        this.parameters = parameters;
    }

    RetrySchedule retries() {
        String maxRetriesKey = StockParameter.MAX_RETRIES.key();
        int maxRetries = parameters.wholeNumber(maxRetriesKey, STOCK_MAX_RETRIES, 0, MOST_RETRIES);
        List<Duration> delays = delays();
        Duration min = parameters.duration(MIN_BACK_OFF, RetrySchedule.FIRST_DELAY, SHORTEST, LONGEST_DELAY);
        Duration max = parameters.duration(MAX_BACK_OFF, longer(min, RetrySchedule.LONGEST_DELAY), SHORTEST, LONGEST_DELAY);
        if (max.compareTo(min) < 0) {
            throw parameters.error(MAX_BACK_OFF, "a time no shorter than <" + MIN_BACK_OFF + ">, " + Parameters.spell(min));
        }
        for (String key : List.of(MIN_BACK_OFF, MAX_BACK_OFF)) {
            if (!delays.isEmpty() && parameters.isSet(key)) {
                throw parameters.error(key, "no such key beside <" + StockParameter.DELAY_TIME.key() + ">, which has all delays");
            }
        }
        RetrySchedule schedule = !delays.isEmpty() ? RetrySchedule.fixed(delays, Math.max(maxRetries, delays.size()))
            : (parameters.isSet(maxRetriesKey) ? RetrySchedule.growing(maxRetries) : RetrySchedule.growing())
                .withBackOff(min, max);
        Duration lifetime = parameters.duration(QUEUE_LIFETIME, RetrySchedule.EXPIRY, SHORTEST, LONGEST_LIFETIME);
        return parameters.isSet(QUEUE_LIFETIME) ? schedule.withExpiry(lifetime) : schedule;
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }

    private List<Duration> delays() {
        String key = StockParameter.DELAY_TIME.key();
        String expected = "delays separated by commas, like 5 min, 3*1 hour; a bare number is milliseconds; each at most 20 days,"
            + " and at most " + MOST_RETRIES + " of them";
        List<Duration> delays = new ArrayList<>();
        parameters.text(key, expected).ifPresent(text -> {
            for (String one : text.split(",")) {
                try {
                    Delay delay = Delay.from(one.trim());
                    if (delay.getAttempts() > MOST_RETRIES - delays.size() || delay.getDelayTime().compareTo(LONGEST_DELAY) > 0) {
                        throw parameters.error(key, expected);
                    }
                    delays.addAll(delay.getExpendendDelays());
                } catch (MessagingException | IllegalArgumentException | ArithmeticException e) {
                    throw parameters.error(key, expected);
                }
            }
        });
        return delays;
    }

    /** Empty where senders are not told of delays. */
    Optional<Duration> delayWarning() {
        String expected = "none, or a time with its unit like 4 h";
        if (parameters.text(DELAY_WARNING, expected).filter("none"::equalsIgnoreCase).isPresent()) {
            return Optional.empty();
        }
        return Optional.of(parameters.duration(DELAY_WARNING, OutboundSettings.DEFAULT_DELAY_WARNING, SHORTEST,
            LONGEST_LIFETIME));
    }

    Optional<DeadLetters> deadLetters(KnownRepositories repositories) {
        return repositories.deadLetters(parameters, DEAD_LETTERS);
    }
}
