// SPDX-License-Identifier: Apache-2.0
package org.postlane.recipient;

import java.util.Objects;
import java.util.Optional;

/** What an address is, and the directory's own words where it refuses the address. Immutable. */
public final class Classification {
    private final RecipientType type;
    private final boolean open;
    private final Optional<Refusal> refusal;

    private Classification(RecipientType type, boolean open, Optional<Refusal> refusal) {
        this.type = type;
        this.open = open;
        this.refusal = refusal;
    }

    static Classification of(RecipientType type) {
        return new Classification(type, type != RecipientType.UNKNOWN && type != RecipientType.EXTERNAL, Optional.empty());
    }

    static Classification virtual(boolean open) {
        return new Classification(RecipientType.VIRTUAL, open, Optional.empty());
    }

    static Classification refused(Refusal refusal) {
        return new Classification(RecipientType.UNKNOWN, false, Optional.of(refusal));
    }

    /** The type of the address. */
    public RecipientType type() {
        return type;
    }

    /**
     * Whether anybody may send to the address: what is here, and what this server relays for. A mapping of an address in a domain
     * of somebody else opens nothing.
     */
    public boolean isOpenToAll() {
        return open;
    }

    /** The answer that the rewrite table prescribes; present only with {@link RecipientType#UNKNOWN}. */
    public Optional<Refusal> refusal() {
        return refusal;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Classification
            && type == ((Classification) other).type
            && open == ((Classification) other).open
            && refusal.equals(((Classification) other).refusal);
    }

    @Override
    public int hashCode() {
        return Objects.hash(type, open, refusal);
    }

    @Override
    public String toString() {
        return type.asString() + refusal.map(answer -> " (" + answer + ")").orElse("");
    }
}
