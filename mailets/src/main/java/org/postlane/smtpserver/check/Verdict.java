// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.check;

import java.util.List;
import java.util.Optional;

import org.postlane.smtpserver.Rejection;

/** What a check has to say of a client: to refuse it, only to note that, or nothing. Immutable. */
final class Verdict {
    static final Verdict PASS = new Verdict(Optional.empty(), List.of());

    private final Optional<Rejection> refusal;
    private final List<Rejection> notes;

    private Verdict(Optional<Rejection> refusal, List<Rejection> notes) {
        this.refusal = refusal;
        this.notes = List.copyOf(notes);
    }

    static Verdict of(Optional<Rejection> refusal, List<Rejection> notes) {
        return new Verdict(refusal, notes);
    }

    static Verdict of(Action action, Rejection rejection) {
        switch (action) {
            case REJECT:
                return new Verdict(Optional.of(rejection), List.of());
            case LOG:
                return new Verdict(Optional.empty(), List.of(rejection));
            case IGNORE:
            default:
                return PASS;
        }
    }

    Optional<Rejection> refusal() {
        return refusal;
    }

    List<Rejection> notes() {
        return notes;
    }
}
