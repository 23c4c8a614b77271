// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound;

import java.util.Optional;

import org.apache.james.core.MailAddress;
import org.postlane.smtp.Fault;
import org.postlane.smtp.RecipientResult;
import org.postlane.smtp.Reply;

/** What an attempt came to for one recipient, and which host said so. Immutable. */
final class Verdict {
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

    /** Whether another host of the route may do better now: this one did not get as far as the recipient or the content. */
    boolean mayTryAnotherHost() {
        return result.status() == RecipientResult.Status.DEFERRED
            && result.fault().filter(fault -> fault == Fault.HOST || fault == Fault.SESSION || fault == Fault.POLICY).isPresent();
    }
}
