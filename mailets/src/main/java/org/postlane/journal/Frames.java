// SPDX-License-Identifier: Apache-2.0
package org.postlane.journal;

import java.nio.ByteBuffer;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

/**
 * The form of a segment file, all numbers big-endian. At the start: {@code PLJH}, the version (4 octets), the segment's number
 * (8), CRC32C of these (4). Then records: {@code PLJR}, the length of the payload (4), CRC32C of segment number, length and
 * payload (4), the payload. The number in the sum tells a record from one that an older file left on the same blocks of the
 * disk; the mark lets a reader find the next record behind one that is damaged.
 */
final class Frames {
    static final int VERSION = 1;
    static final int FILE_HEADER = 20;
    static final int RECORD_HEADER = 12;
    private static final int FILE_MARK = 0x504C4A48;
    private static final int RECORD_MARK = 0x504C4A52;
    private static final byte FIRST_OF_MARK = (byte) (RECORD_MARK >>> 24);

    /** What a reader found in one file. */
    static final class Found {
        private int records;
        private int damaged;
        private int tail;

        /** Whole records. */
        int records() {
            return records;
        }

        /** Octets that were no record, with a record behind them. */
        int damaged() {
            return damaged;
        }

        /** Octets at the end that are no record: cut off by a crash. */
        int tail() {
            return tail;
        }
    }

    private Frames() {
    }

    static ByteBuffer fileHeader(long segment) {
        ByteBuffer header = ByteBuffer.allocate(FILE_HEADER);
        header.putInt(FILE_MARK).putInt(VERSION).putLong(segment);
        header.putInt(sum(header.array(), 0, FILE_HEADER - 4)).flip();
        return header;
    }

    /** The header of the record with this payload. */
    static ByteBuffer recordHeader(long segment, byte[] payload) {
        ByteBuffer header = ByteBuffer.allocate(RECORD_HEADER);
        header.putInt(RECORD_MARK).putInt(payload.length).putInt(recordSum(segment, payload, 0, payload.length)).flip();
        return header;
    }

    /** The version that an undamaged file header names; 0 where the header is damaged. */
    static int version(byte[] file) {
        if (file.length < FILE_HEADER) {
            return 0;
        }
        ByteBuffer header = ByteBuffer.wrap(file);
        boolean whole = header.getInt(0) == FILE_MARK && header.getInt(FILE_HEADER - 4) == sum(file, 0, FILE_HEADER - 4);
        return whole ? header.getInt(4) : 0;
    }

    /** Gives the payload of each whole record of a file to {@code payloads}, in their order. */
    static Found read(long segment, byte[] file, Consumer<ByteBuffer> payloads) {
        Found found = new Found();
        int position = version(file) == 0 ? 0 : FILE_HEADER;
        while (position < file.length) {
            int length = lengthOfRecord(segment, file, position);
            if (length < 0) {
                int next = nextRecord(segment, file, position + 1);
                if (next == file.length) {
                    found.tail = file.length - position;
                    break;
                }
                found.damaged += next - position;
                position = next;
            } else {
                found.records++;
                payloads.accept(ByteBuffer.wrap(file, position + RECORD_HEADER, length).slice());
                position += RECORD_HEADER + length;
            }
        }
        return found;
    }

    private static int nextRecord(long segment, byte[] file, int from) {
        int position = from;
        while (position < file.length && (file[position] != FIRST_OF_MARK || lengthOfRecord(segment, file, position) < 0)) {
            position++;
        }
        return position;
    }

    /** The length of the payload of the record that begins here; -1 where none does. */
    private static int lengthOfRecord(long segment, byte[] file, int position) {
        int remaining = file.length - position - RECORD_HEADER;
        if (remaining < 0) {
            return -1;
        }
        ByteBuffer header = ByteBuffer.wrap(file, position, RECORD_HEADER);
        int mark = header.getInt();
        int length = header.getInt();
        boolean whole = mark == RECORD_MARK && length >= 0 && length <= remaining
            && header.getInt() == recordSum(segment, file, position + RECORD_HEADER, length);
        return whole ? length : -1;
    }

    private static int recordSum(long segment, byte[] octets, int from, int length) {
        ByteBuffer first = ByteBuffer.allocate(12).putLong(segment).putInt(length).flip();
        CRC32C sum = new CRC32C();
        sum.update(first);
        sum.update(octets, from, length);
        return (int) sum.getValue();
    }

    private static int sum(byte[] octets, int from, int length) {
        CRC32C sum = new CRC32C();
        sum.update(octets, from, length);
        return (int) sum.getValue();
    }
}
