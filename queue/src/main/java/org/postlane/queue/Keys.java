// SPDX-License-Identifier: Apache-2.0
package org.postlane.queue;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.Arrays;

import org.apache.james.queue.api.MailQueueName;

/** The keys of one queue's records: length of its name, name, number of the mail. In the order of the numbers. */
final class Keys {
    private static final int LENGTH = Short.BYTES;

    private final byte[] prefix;

    /**
     * The keys of a queue.
     *
     * @throws IllegalArgumentException for a name of more than 32767 octets
     */
    Keys(MailQueueName queue) {
        byte[] name = queue.asString().getBytes(UTF_8);
        if (name.length > Short.MAX_VALUE) {
            throw new IllegalArgumentException("The name of a queue has " + name.length + " octets, at most " + Short.MAX_VALUE
                + " are possible");
        }
        this.prefix = ByteBuffer.allocate(LENGTH + name.length).putShort((short) name.length).put(name).array();
    }

    byte[] of(long id) {
        return ByteBuffer.allocate(prefix.length + Long.BYTES).put(prefix).putLong(id).array();
    }

    static MailQueueName queueOf(byte[] key) throws DamagedRecordException {
        int length = key.length < LENGTH ? -1 : ByteBuffer.wrap(key).getShort();
        if (length < 1 || key.length != LENGTH + length + Long.BYTES) {
            throw new DamagedRecordException("no key of a queue: " + Arrays.toString(key));
        }
        return MailQueueName.of(new String(key, LENGTH, length, UTF_8));
    }

    static long idOf(byte[] key) {
        return ByteBuffer.wrap(key).getLong(key.length - Long.BYTES);
    }
}
