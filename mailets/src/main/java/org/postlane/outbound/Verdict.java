// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound;

import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

import org.apache.james.core.MailAddress;
import org.postlane.smtp.Failure;
import org.postlane.smtp.Fault;
import org.postlane.smtp.RecipientResult;
import org.postlane.smtp.Reply;

/** What an attempt came to for one recipient, and which host said so. Immutable. */
final class Verdict {
    private static final Set<Fault> OTHER_HOST_MAY_DO = EnumSet.of(Fault.HOST, Fault.SESSION, Fault.POLICY);

    private final MailAddress recipient;
    private final RecipientResult result;
    private final String host;

    Verdict(MailAddress recipient, RecipientResult result, String host) {
        this.recipient = recipient;
        this.result = result;
        this.host = host;
    }

    MailAddress recipient() {
        return recipient;
    }

    RecipientResult.Status status() {
        return result.status();
    }

    /** The reply code, where a server gave one. */
    Optional<Integer> code() {
        return result.reply().map(Reply::code);
    }

    /** What the host said, or what happened instead. */
    String explanation() {
        return result.explanation();
    }

    /** The host that the verdict came from; a dash where none was reached. */
    String host() {
        return host;
    }

    /**
     * Whether another host of the route may do better now: this one did not get as far as the recipient or the content, or
     * lacks something by our own judgement, which it has not been asked.
     */
    boolean mayTryAnotherHost() {
        return result.failure().filter(failure -> failure.persistence() == Failure.Persistence.TEMPORARY
            ? OTHER_HOST_MAY_DO.contains(failure.fault())
            : failure.persistence() == Failure.Persistence.PERMANENT && failure.reply().isEmpty()).isPresent();
    }
}
