// SPDX-License-Identifier: Apache-2.0
package org.postlane.cluster;

import java.time.Duration;
import java.util.concurrent.TimeoutException;

/** What it means that Redis gave no answer. */
final class RedisFailures {
    private RedisFailures() {
    }

    /** Whether nothing was said at all, within {@link RedisLink#ANSWER_WITHIN}. */
    static boolean isSilence(Throwable failure) {
        return failure instanceof TimeoutException;
    }

    /** In words, for the administrator. */
    static String told(Throwable failure) {
        Throwable deepest = failure;
        while (deepest.getCause() != null && deepest.getCause() != deepest) {
            deepest = deepest.getCause();
        }
        return isSilence(deepest) ? noAnswerWithin(RedisLink.ANSWER_WITHIN)
            : String.valueOf(deepest.getMessage() == null ? deepest : deepest.getMessage());
    }

    static String noAnswerWithin(Duration time) {
        return "no answer within " + time.toMillis() + " ms";
    }
}
