// SPDX-License-Identifier: Apache-2.0
package org.postlane.journal;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * The payloads of records. Each begins with its kind, the time in milliseconds since 1970, and the mail. Texts are UTF-8 behind
 * their length in octets. Reading a record twice, or a copy of it later, changes nothing.
 */
final class RecordCodec {
    /** Above this, a payload ends and the remaining entries get one of their own; one entry always fits. */
    static final int PAYLOAD = 64 * 1024;
    /** Bounds the memory for texts that occur again and again; beyond it they are kept one by one. */
    private static final int MAX_SHARED = 10_000;
    private static final byte ENTRIES = 1;
    private static final byte STEP = 2;
    private static final byte DONE = 3;
    private static final byte REMEMBERED = 4;

    /** The same few replies come for thousands of recipients. */
    private final Map<String, String> shared = new HashMap<>();

    static List<byte[]> entries(JournalItem item, long time, Collection<JournalEntry> entries) {
        return withEntries(ENTRIES, item.mail(), item.item(), time, entries);
    }

    static List<byte[]> remembered(String mail, long time, Collection<JournalEntry> entries) {
        return withEntries(REMEMBERED, mail, "", time, entries);
    }

    static byte[] step(JournalItem item, long time, String step) {
        return new Payload(STEP, time).text(item.mail()).text(item.item()).text(step).toArray();
    }

    static byte[] done(JournalItem item, long time) {
        return new Payload(DONE, time).text(item.mail()).text(item.item()).toArray();
    }

    private static List<byte[]> withEntries(byte kind, String mail, String item, long time, Collection<JournalEntry> entries) {
        List<byte[]> payloads = new ArrayList<>(1);
        Iterator<JournalEntry> rest = entries.iterator();
        while (rest.hasNext()) {
            Payload payload = new Payload(kind, time).text(mail).text(item);
            while (rest.hasNext() && payload.size() < PAYLOAD) {
                JournalEntry entry = rest.next();
                payload.number(entry.outcome().number()).time(entry.time().toEpochMilli()).number(entry.code())
                    .text(entry.recipient()).text(entry.host()).text(entry.status()).text(entry.text());
            }
            payloads.add(payload.toArray());
        }
        return payloads;
    }

    /**
     * Applies a payload to the memory.
     *
     * @throws IllegalArgumentException if it is of a kind that is not known, or does not hold what it should
     */
    void apply(ByteBuffer payload, JournalMemory memory) {
        try {
            byte kind = payload.get();
            long time = payload.getLong();
            JournalItem item = JournalItem.of(text(payload), text(payload));
            if (kind == ENTRIES) {
                memory.record(item, entries(payload), time);
            } else if (kind == STEP) {
                memory.step(item, text(payload), time);
            } else if (kind == DONE) {
                memory.done(item, time);
            } else if (kind == REMEMBERED) {
                memory.remember(item.mail(), entries(payload), time);
            } else {
                throw new IllegalArgumentException("a record of kind " + kind);
            }
        } catch (BufferUnderflowException e) {
            throw new IllegalArgumentException("a record that ends too early", e);
        }
    }

    private List<JournalEntry> entries(ByteBuffer payload) {
        List<JournalEntry> entries = new ArrayList<>();
        while (payload.hasRemaining()) {
            JournalEntry.Outcome outcome = JournalEntry.Outcome.of(payload.getInt());
            Instant time = Instant.ofEpochMilli(payload.getLong());
            int code = payload.getInt();
            entries.add(JournalEntry.of(text(payload), outcome, time)
                .from(share(text(payload))).reply(code, share(text(payload)), share(text(payload))));
        }
        return entries;
    }

    private String share(String text) {
        String known = shared.get(text);
        if (known == null && shared.size() < MAX_SHARED) {
            shared.put(text, text);
        }
        return known == null ? text : known;
    }

    private static String text(ByteBuffer payload) {
        int length = payload.getInt();
        if (length < 0 || length > payload.remaining()) {
            throw new IllegalArgumentException("a text of " + length + " octets where " + payload.remaining() + " are left");
        }
        String text = new String(payload.array(), payload.arrayOffset() + payload.position(), length, StandardCharsets.UTF_8);
        payload.position(payload.position() + length);
        return text;
    }

    /** Octets that grow. */
    private static final class Payload {
        private ByteBuffer octets = ByteBuffer.allocate(256);

        Payload(byte kind, long time) {
            octets.put(kind).putLong(time);
        }

        Payload number(int number) {
            room(Integer.BYTES).putInt(number);
            return this;
        }

        Payload time(long time) {
            room(Long.BYTES).putLong(time);
            return this;
        }

        Payload text(String text) {
            byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
            room(Integer.BYTES + encoded.length).putInt(encoded.length).put(encoded);
            return this;
        }

        int size() {
            return octets.position();
        }

        byte[] toArray() {
            byte[] array = new byte[octets.position()];
            octets.flip().get(array);
            return array;
        }

        private ByteBuffer room(int needed) {
            if (octets.remaining() < needed) {
                octets = ByteBuffer.allocate(Math.max(2 * octets.capacity(), octets.position() + needed)).put(octets.flip());
            }
            return octets;
        }
    }
}
