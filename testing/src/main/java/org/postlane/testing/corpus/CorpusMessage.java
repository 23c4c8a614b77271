// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing.corpus;

import java.util.Set;

/** One message of the corpus, as it is in its file and as SMTP carries it. Immutable. */
public final class CorpusMessage {
    private final String name;
    private final byte[] original;
    private final byte[] wire;
    private final Set<Adaptation> adaptations;

    CorpusMessage(String name, byte[] original, byte[] wire, Set<Adaptation> adaptations) {
        this.name = name;
        this.original = original;
        this.wire = wire;
        this.adaptations = Set.copyOf(adaptations);
    }

    /** The path of its file within the corpus: {@code testmsgs/basic-plain.msg}. */
    public String name() {
        return name;
    }

    /** The octets of its file. A copy. */
    public byte[] original() {
        return original.clone();
    }

    /** The octets to send, before dot-stuffing: lines of at most 998 octets, each ended by CRLF. A copy. */
    public byte[] wire() {
        return wire.clone();
    }

    /** What was done to it. */
    public Set<Adaptation> adaptations() {
        return adaptations;
    }

    /** Whether more was done to it than to make its line ends CRLF. */
    public boolean changedBeyondLineEnds() {
        return adaptations.stream().anyMatch(adaptation -> adaptation != Adaptation.LINE_ENDS);
    }

    @Override
    public String toString() {
        return name;
    }
}
