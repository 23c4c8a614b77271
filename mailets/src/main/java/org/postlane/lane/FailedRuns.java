// SPDX-License-Identifier: Apache-2.0
package org.postlane.lane;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

import org.apache.mailet.Mail;

/**
 * The runs of a mail in its lane that threw, noted on the mail, and when there have been enough of them: an exception that leaves
 * a processor tells of something of this server's own and is waited out for {@link SpoolReturn#LONGEST}; an error of the virtual
 * machine, which hardly passes, is met {@value #MAX_ERRORS} times. Immutable.
 */
final class FailedRuns {
    /** As James' spooler. */
    static final int MAX_ERRORS = 5;

    private final int count;
    private final int errors;
    private final Optional<Instant> since;

    private FailedRuns(int count, int errors, Optional<Instant> since) {
        this.count = count;
        this.errors = errors;
        this.since = since;
    }

    /** Takes the note off the mail: copies that a processor makes shall not inherit it. */
    static FailedRuns takenOff(Mail mail) {
        FailedRuns runs = new FailedRuns(Bookkeeping.count(mail, Bookkeeping.FAILURES),
            Bookkeeping.count(mail, Bookkeeping.ERRORS), Bookkeeping.time(mail, Bookkeeping.FAILING_SINCE));
        mail.removeAttribute(Bookkeeping.FAILURES);
        mail.removeAttribute(Bookkeeping.ERRORS);
        mail.removeAttribute(Bookkeeping.FAILING_SINCE);
        return runs;
    }

    /** With one more, at this time. */
    FailedRuns andOneBy(Throwable failure, Instant now) {
        return new FailedRuns(count + 1, failure instanceof Error ? errors + 1 : errors, Optional.of(since.orElse(now)));
    }

    int count() {
        return count;
    }

    /** Whether the last of them, by this failure, was one too many. */
    boolean isOver(Throwable failure, Instant now) {
        return failure instanceof Error ? errors >= MAX_ERRORS
            : Duration.between(since.orElse(now), now).compareTo(SpoolReturn.LONGEST) > 0;
    }

    void noteOn(Mail mail) {
        Bookkeeping.setCount(mail, Bookkeeping.FAILURES, count);
        if (errors > 0) {
            Bookkeeping.setCount(mail, Bookkeeping.ERRORS, errors);
        }
        since.ifPresent(time -> Bookkeeping.setTime(mail, Bookkeeping.FAILING_SINCE, time));
    }
}
