// SPDX-License-Identifier: Apache-2.0
package org.postlane.recipient;

import java.util.Optional;

/** What James' directory says of one address, before relay domains come into it. Immutable. */
final class DirectoryAnswer {
    /** The kinds of answer. */
    enum Kind {
        /** A rewrite mapping leads to other addresses, and the domain is one of this server. */
        MAPPED,
        /** A rewrite mapping leads to other addresses, and the domain is none of this server. */
        MAPPED_ELSEWHERE,
        /** The rewrite table refuses the address, in its own words. */
        REFUSED,
        /** A mailbox in a local domain. */
        MAILBOX,
        /** The postmaster of a local domain, without mapping or mailbox. */
        POSTMASTER,
        /** A local domain without such a user. */
        NO_SUCH_USER,
        /** No domain of this server. */
        NOT_LOCAL
    }

    private final Kind kind;
    private final Optional<Refusal> refusal;

    private DirectoryAnswer(Kind kind, Optional<Refusal> refusal) {
        this.kind = kind;
        this.refusal = refusal;
    }

    static DirectoryAnswer of(Kind kind) {
        return new DirectoryAnswer(kind, Optional.empty());
    }

    static DirectoryAnswer refused(Refusal refusal) {
        return new DirectoryAnswer(Kind.REFUSED, Optional.of(refusal));
    }

    Kind kind() {
        return kind;
    }

    Optional<Refusal> refusal() {
        return refusal;
    }

    /** Whether the address was found; what was not found may be created at any moment and is remembered for less long. */
    boolean isPositive() {
        return kind == Kind.MAPPED || kind == Kind.MAPPED_ELSEWHERE || kind == Kind.MAILBOX;
    }
}
