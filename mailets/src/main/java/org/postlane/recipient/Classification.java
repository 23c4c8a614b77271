// SPDX-License-Identifier: Apache-2.0
package org.postlane.recipient;

import java.util.Objects;
import java.util.Optional;

/** What an address is, and the directory's own words where it refuses the address. Immutable. */
public final class Classification {
    private final RecipientType type;
    private final Optional<Refusal> refusal;

    private Classification(RecipientType type, Optional<Refusal> refusal) {
        this.type = type;
        this.refusal = refusal;
    }

    static Classification of(RecipientType type) {
        return new Classification(type, Optional.empty());
    }

    static Classification refused(Refusal refusal) {
        return new Classification(RecipientType.UNKNOWN, Optional.of(refusal));
    }

    /** The type of the address. */
    public RecipientType type() {
        return type;
    }

    /** The answer that the rewrite table prescribes; present only with {@link RecipientType#UNKNOWN}. */
    public Optional<Refusal> refusal() {
        return refusal;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Classification
            && type == ((Classification) other).type
            && refusal.equals(((Classification) other).refusal);
    }

    @Override
    public int hashCode() {
        return Objects.hash(type, refusal);
    }

    @Override
    public String toString() {
        return type.asString() + refusal.map(answer -> " (" + answer + ")").orElse("");
    }
}
