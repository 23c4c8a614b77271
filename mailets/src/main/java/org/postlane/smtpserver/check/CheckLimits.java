// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.check;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.postlane.james.Parameters;
import org.postlane.route.dns.DnsAnswer;

/** What bounds the checks, in one place. */
final class CheckLimits {
    /** How long MAIL waits for DNS. */
    static final String DNS_TIMEOUT = "dnsTimeout";

    /** Far below the 5 min that a client waits for the answer to MAIL (RFC 5321 4.5.3.2.2), and above what a slow list needs. */
    static final Duration DEFAULT_DNS_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration SHORTEST = Duration.ofMillis(100);
    private static final Duration LONGEST = Duration.ofMinutes(4);

    /** An address has one name; whoever gives his a thousand shall not make us ask for each. */
    static final int MOST_NAMES = 10;
    /** How often a DNS list is asked whether it is well (RFC 5782 5). */
    static final Duration LIST_CHECK = Duration.ofHours(1);
    /** What a reply repeats of a list's reason. */
    static final int MOST_REASON = 200;

    /** RFC 5321 4.5.3.1.1. */
    static final int LOCAL_PART = 64;
    /** RFC 5321 4.5.3.1.2. */
    static final int DOMAIN = 255;
    /** RFC 5321 4.5.3.1.3, with the brackets. */
    static final int PATH = 256;

    private CheckLimits() {
    }

    static Duration dnsTimeout(Parameters parameters) {
        return parameters.duration(DNS_TIMEOUT, DEFAULT_DNS_TIMEOUT, SHORTEST, LONGEST);
    }

    /** The answer, or that there is none in time. */
    static <T> CompletableFuture<DnsAnswer<T>> within(Duration time, CompletableFuture<DnsAnswer<T>> answer) {
        return answer.copy().completeOnTimeout(DnsAnswer.failed("no answer within " + Parameters.spell(time)), time.toMillis(),
            TimeUnit.MILLISECONDS);
    }
}
