// SPDX-License-Identifier: Apache-2.0
package org.postlane.queue;

import java.util.ArrayList;
import java.util.List;

/** Records that are written and deleted together, or not at all. For one thread. */
final class Changes {
    /** How a record changes. */
    enum Kind {
        PUT,
        DELETE,
        /**
         * Of a record that was written once: together with what it deletes it vanishes, where a plain deletion stays until the
         * last level of the database has been compacted.
         */
        DELETE_SINGLE
    }

    /** One record. */
    static final class Change {
        final Kind kind;
        final Family family;
        final byte[] key;
        final byte[] value;

        private Change(Kind kind, Family family, byte[] key, byte[] value) {
            this.kind = kind;
            this.family = family;
            this.key = key;
            this.value = value;
        }
    }

    private static final byte[] NOTHING = new byte[0];

    private final List<Change> changes = new ArrayList<>();

    Changes put(Family family, byte[] key, byte[] value) {
        changes.add(new Change(Kind.PUT, family, key, value));
        return this;
    }

    Changes delete(Family family, byte[] key) {
        // The index changes when a queue is flushed: its records may have been written twice.
        boolean once = family == Family.ENVELOPE || family == Family.CONTENT;
        changes.add(new Change(once ? Kind.DELETE_SINGLE : Kind.DELETE, family, key, NOTHING));
        return this;
    }

    /** What takes back every record that these write, also where nobody knows whether they were. */
    Changes undone() {
        Changes undone = new Changes();
        for (Change change : changes) {
            if (change.kind == Kind.PUT) {
                undone.changes.add(new Change(Kind.DELETE, change.family, change.key, NOTHING));
            }
        }
        return undone;
    }

    Changes and(Changes others) {
        changes.addAll(others.changes);
        return this;
    }

    boolean isEmpty() {
        return changes.isEmpty();
    }

    List<Change> all() {
        return changes;
    }
}
