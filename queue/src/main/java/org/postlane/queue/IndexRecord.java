// SPDX-License-Identifier: Apache-2.0
package org.postlane.queue;

import java.nio.ByteBuffer;

/**
 * A queued mail's record in {@link Family#INDEX}: format, due time in milliseconds since 1970, priority, place of the message.
 */
final class IndexRecord {
    private static final byte FORMAT = 1;
    private static final int LENGTH = 1 + Long.BYTES + 1 + 1;

    private IndexRecord() {
    }

    static byte[] of(Entry entry) {
        return of(entry, entry.due());
    }

    static byte[] of(Entry entry, long due) {
        return ByteBuffer.allocate(LENGTH).put(FORMAT).putLong(due).put((byte) entry.priority())
            .put(entry.place().code()).array();
    }

    static Entry read(long id, byte[] octets) throws DamagedRecordException {
        if (octets.length < LENGTH) {
            throw new DamagedRecordException("an index record of " + octets.length + " octets, not " + LENGTH);
        }
        ByteBuffer record = ByteBuffer.wrap(octets);
        byte format = record.get();
        long due = record.getLong();
        int priority = record.get();
        byte code = record.get();
        for (Entry.Place place : Entry.Place.values()) {
            if (format == FORMAT && place.code() == code) {
                return new Entry(id, due, priority, place);
            }
        }
        throw new DamagedRecordException("an index record of format " + format + " and place " + code);
    }

    /** As it was, and why it was set aside; {@link #read} takes the one without the other. */
    static byte[] withReason(byte[] record, byte[] reason) {
        return ByteBuffer.allocate(record.length + reason.length).put(record).put(reason).array();
    }
}
