// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.auth;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;

import org.apache.james.core.Username;

/** What a mechanism makes of a response. Immutable. */
final class Step {
    /** What follows. */
    enum Kind {
        /** The client is to answer once more. */
        CHALLENGE,
        /** It is who it says. */
        SUCCESS,
        /** It is not, or nobody may know why not. */
        FAILURE,
        /** What it sent has no meaning in this mechanism. */
        MALFORMED
    }

    private static final Step FAILURE = new Step(Kind.FAILURE, null, null);
    private static final Step MALFORMED = new Step(Kind.MALFORMED, null, null);

    private final Kind kind;
    private final byte[] challenge;
    private final Username user;

    private Step(Kind kind, byte[] challenge, Username user) {
        this.kind = kind;
        this.challenge = challenge;
        this.user = user;
    }

    static Step challenge(byte[] octets) {
        return new Step(Kind.CHALLENGE, octets.clone(), null);
    }

    static Step success(Username user) {
        return new Step(Kind.SUCCESS, null, Objects.requireNonNull(user));
    }

    static Step failure() {
        return FAILURE;
    }

    static Step malformed() {
        return MALFORMED;
    }

    /** For a mechanism that need not wait. */
    CompletableFuture<Step> now() {
        return CompletableFuture.completedFuture(this);
    }

    Kind kind() {
        return kind;
    }

    byte[] challenge() {
        return challenge.clone();
    }

    Username user() {
        return user;
    }
}
