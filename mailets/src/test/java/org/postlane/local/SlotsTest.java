// SPDX-License-Identifier: Apache-2.0
package org.postlane.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.Test;

/** How many octets are on their way into mailboxes at a time. With ten slots and a hundred octets, ten octets are few. */
class SlotsTest {
    private static final int SLOTS = 10;
    private static final long OCTETS = 100;

    private final Slots slots = new Slots(() -> SLOTS, () -> OCTETS);
    private final List<String> begun = new ArrayList<>();
    private final Deque<Slots.Slot> underWay = new ArrayDeque<>();

    /** A mail whose recipients are begun in order, as many as there are. */
    private final class Mail implements Slots.Line {
        private final String name;
        private final long octets;
        private int recipients;

        private Mail(String name, long octets, int recipients) {
            this.name = name;
            this.octets = octets;
            this.recipients = recipients;
        }

        @Override
        public Optional<Slots.Work> take() {
            if (recipients == 0) {
                return Optional.empty();
            }
            recipients--;
            return Optional.of(slot -> {
                begun.add(name);
                underWay.add(slot);
            });
        }

        @Override
        public boolean waits() {
            return recipients > 0;
        }

        @Override
        public long octets() {
            return octets;
        }
    }

    private void join(String name, long octets, int recipients) {
        slots.join(new Mail(name, octets, recipients));
    }

    private void endFirst() {
        slots.end(underWay.remove());
    }

    @Test
    void largeCopiesTogetherHaveNoMoreThanTheOctets() {
        join("a", 40, 5);
        assertThat(begun).hasSize(2);

        endFirst();
        assertThat(begun).hasSize(3);
        endFirst();
        endFirst();
        assertThat(begun).hasSize(5);
    }

    @Test
    void oneThatIsLargerThanAllGoesAlone() {
        join("a", 40, 1);
        join("huge", 250, 2);
        assertThat(begun).containsExactly("a");

        endFirst();
        assertThat(begun).containsExactly("a", "huge");
        endFirst();
        assertThat(begun).containsExactly("a", "huge", "huge");
    }

    @Test
    void smallOnesPassALargeOneThatWaits() {
        join("a", 60, 1);
        join("b", 60, 1);
        join("small", 10, 3);

        assertThat(begun).containsExactly("a", "small", "small", "small");
        endFirst();
        assertThat(begun).endsWith("b");
    }

    @Test
    void largeOnesDoNotPassEachOther() {
        join("a", 60, 1);
        join("b", 80, 1);
        join("c", 30, 1);
        assertThat(begun).containsExactly("a");

        endFirst();
        assertThat(begun).containsExactly("a", "b");
        endFirst();
        assertThat(begun).containsExactly("a", "b", "c");
    }

    @Test
    void aMailThatHasAllItsCopiesUnderWayHoldsUpNobody() {
        join("a", 60, 1);
        join("b", 30, 1);

        assertThat(begun).containsExactly("a", "b");
    }

    /** The first is in line again before the second comes. */
    @Test
    void largeMailsTakeTurns() {
        join("a", 60, 3);
        join("b", 60, 2);
        while (!underWay.isEmpty()) {
            endFirst();
        }

        assertThat(begun).containsExactly("a", "a", "b", "a", "b");
    }

    @Test
    void aSlotThatIsLentKeepsItsOctets() {
        join("a", 60, 1);
        join("b", 60, 1);
        assertThat(slots.lend(underWay.getFirst())).isTrue();
        assertThat(begun).containsExactly("a");

        endFirst();
        assertThat(begun).containsExactly("a", "b");
    }
}
