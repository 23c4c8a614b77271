// SPDX-License-Identifier: Apache-2.0
package org.postlane.queue;

/**
 * A queued mail as the heap has it: 40 octets, and about as many in the order that it stands in.
 *
 * <p>Its due time, place in the order and returns change only between two orders, under the lock of {@link QueueIndex}.
 */
final class Entry {
    /** Where its message is. */
    enum Place {
        DATABASE(1),
        FILE(2);

        private final byte code;

        Place(int code) {
            this.code = (byte) code;
        }

        /** As it is written down. */
        byte code() {
            return code;
        }
    }

    private final long id;
    private final byte priority;
    private final Place place;
    private long due;
    private long order;
    private byte returns;
    private boolean rejected;
    private volatile boolean damaged;

    Entry(long id, long due, int priority, Place place) {
        this.id = id;
        this.due = due;
        this.priority = (byte) priority;
        this.place = place;
    }

    long id() {
        return id;
    }

    /** Milliseconds since 1970. */
    long due() {
        return due;
    }

    int priority() {
        return priority;
    }

    Place place() {
        return place;
    }

    /** The place among those that are ready and of its priority. */
    long order() {
        return order;
    }

    /** Whether its message was asked for and could not be read. */
    boolean isDamaged() {
        return damaged;
    }

    /** Whether its reader could neither process nor keep it when it had it last. Under the lock of {@link QueueIndex}. */
    boolean isRejected() {
        return rejected;
    }

    void rejected() {
        this.rejected = true;
    }

    void due(long milliseconds) {
        this.due = milliseconds;
    }

    void order(long place) {
        this.order = place;
    }

    void damaged() {
        this.damaged = true;
    }

    /** Counts that it comes back undone, and says how often it did before. */
    int comesBack() {
        return returns < Byte.MAX_VALUE ? returns++ : returns;
    }
}
