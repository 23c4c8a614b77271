// SPDX-License-Identifier: Apache-2.0
package org.postlane.credential;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * MD5 (RFC 1321) that can go on from a state: the JDK's own does not show its. With the states behind HMAC's two padded keys,
 * CRAM-MD5 can be checked by who does not keep the password.
 */
final class Md5State {
    /** Octets of a state. */
    static final int LENGTH = 16;
    /** Octets of a block. */
    static final int BLOCK = 64;

    private static final int[] START = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
    private static final int[] SHIFTS = {7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21};
    private static final int[] TABLE = new int[BLOCK];

    static {
        for (int i = 0; i < TABLE.length; i++) {
            TABLE[i] = (int) (long) (Math.abs(Math.sin(i + 1)) * (1L << Integer.SIZE));
        }
    }

    private Md5State() {
    }

    /** The state behind this one block. */
    static byte[] behind(byte[] block) {
        int[] state = START.clone();
        add(state, ByteBuffer.wrap(block));
        return octets(state);
    }

    /** The digest of the block that led to this state, and of what follows it. */
    static byte[] finish(byte[] behindOneBlock, byte[] rest) {
        int[] state = new int[START.length];
        ByteBuffer.wrap(behindOneBlock).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(state);
        int blocks = (rest.length + 1 + Long.BYTES + BLOCK - 1) / BLOCK;
        ByteBuffer padded = ByteBuffer.allocate(blocks * BLOCK).order(ByteOrder.LITTLE_ENDIAN);
        padded.put(rest).put((byte) 0x80);
        padded.putLong(padded.capacity() - Long.BYTES, (BLOCK + (long) rest.length) * Byte.SIZE);
        padded.rewind();
        for (int i = 0; i < blocks; i++) {
            add(state, padded);
        }
        return octets(state);
    }

    private static void add(int[] state, ByteBuffer message) {
        int[] words = new int[LENGTH];
        byte[] block = new byte[BLOCK];
        message.get(block);
        ByteBuffer.wrap(block).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(words);
        int a = state[0];
        int b = state[1];
        int c = state[2];
        int d = state[3];
        for (int i = 0; i < BLOCK; i++) {
            int round = i / LENGTH;
            int mixed = round == 0 ? (b & c) | (~b & d) : round == 1 ? (d & b) | (~d & c) : round == 2 ? b ^ c ^ d : c ^ (b | ~d);
            int word = round == 0 ? i : round == 1 ? 5 * i + 1 : round == 2 ? 3 * i + 5 : 7 * i;
            int sum = a + mixed + TABLE[i] + words[word % LENGTH];
            a = d;
            d = c;
            c = b;
            b += Integer.rotateLeft(sum, SHIFTS[round * 4 + i % 4]);
        }
        state[0] += a;
        state[1] += b;
        state[2] += c;
        state[3] += d;
    }

    private static byte[] octets(int[] state) {
        ByteBuffer octets = ByteBuffer.allocate(LENGTH).order(ByteOrder.LITTLE_ENDIAN);
        octets.asIntBuffer().put(state);
        return octets.array();
    }
}
