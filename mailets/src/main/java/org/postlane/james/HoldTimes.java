// SPDX-License-Identifier: Apache-2.0
package org.postlane.james;

import java.time.Duration;

/**
 * How long a mail that came out of a queue may be held before its queue hears of it. RabbitMQ closes a channel over which a thing
 * was not acknowledged for {@link #BROKER}, and gives all that was held over it to others. What usually comes before that, one
 * after the other, is less together; a mail of a cluster that is held for longer all the same is given back before, by its node
 * ({@code Leases}, which is in another class loader and has {@link #GIVEN_BACK} too).
 */
public final class HoldTimes {
    /** {@code consumer_timeout} of RabbitMQ, by default; it looks each minute. */
    public static final Duration BROKER = Duration.ofMinutes(30);
    /** Whatever is held for so long goes back to its queue, and what is being done with it is done in vain, or twice. */
    public static final Duration GIVEN_BACK = Duration.ofMinutes(28);
    /** First: until delayed mail is due, or goes back to its place in front of those that are due later. */
    public static final Duration WAITING = Duration.ofMinutes(3);
    /** Then: a mail in hand begins nothing any more. What has begun has five minutes, the final dot's ten apart. */
    public static final Duration BEGINNING = Duration.ofMinutes(14);
    /** What is under way is cut off. */
    public static final Duration UNDER_WAY = Duration.ofMinutes(19);
    /** So long a mail that is being attempted, or is run through a lane or to mailboxes, is in hand. */
    public static final Duration IN_HAND = Duration.ofMinutes(20);
    /** Last: for so long the steps of its settlement are repeated, all together, see {@code StepRunner}. */
    public static final Duration SETTLING = Duration.ofMinutes(4);

    private HoldTimes() {
    }
}
