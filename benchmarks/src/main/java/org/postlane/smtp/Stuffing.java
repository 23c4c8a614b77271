// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/**
 * Making a message ready for DATA (line ends, dots), beside a copy of it: both piece by piece, each piece into a direct buffer
 * out of the pool, as it goes to the network.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class Stuffing {
    private static final ByteBufAllocator ALLOCATOR = PooledByteBufAllocator.DEFAULT;

    /** What the message is like. */
    @Param
    private Kind kind;
    private byte[][] pieces;

    /** Messages. */
    public enum Kind {
        /** A short mail. */
        SMALL("4 KB, lines of 76", 4 * 1_024, 76, 76, "", "\r\n"),
        /** An encoded attachment. */
        ENCODED("1 MB, lines of 76", 1_024 * 1_024, 76, 76, "", "\r\n"),
        /** Text that somebody has written. */
        SHORT("1 MB, lines of 1-60", 1_024 * 1_024, 1, 60, "", "\r\n"),
        /** HTML; RFC 5322 2.1.1 allows no longer lines. */
        LONG("1 MB, lines of 998", 1_024 * 1_024, 998, 998, "", "\r\n"),
        /** Nothing like that is in the field; the work is the most that there can be. */
        DOTS("1 MB, all dots", 1_024 * 1_024, 1, 60, ".", "\r\n"),
        /** Made by a program that did not know better. */
        BARE_LF("1 MB, bare LF", 1_024 * 1_024, 1, 60, "", "\n");

        private final String label;
        private final int octets;
        private final int shortest;
        private final int longest;
        private final String begin;
        private final String end;

        Kind(String label, int octets, int shortest, int longest, String begin, String end) {
            this.label = label;
            this.octets = octets;
            this.shortest = shortest;
            this.longest = longest;
            this.begin = begin;
            this.end = end;
        }

        /** For tables and plots. */
        public String label() {
            return label;
        }

        /** Of one operation. */
        public int octets() {
            return octets;
        }

        private byte[] message() {
            // The same one each time, and without a rhythm that a processor could learn.
            Random random = new Random(1);
            StringBuilder message = new StringBuilder(octets + longest);
            while (message.length() < octets) {
                message.append(begin);
                for (int left = shortest + random.nextInt(longest - shortest + 1); left > 0; left--) {
                    message.append((char) ('A' + random.nextInt(58)));
                }
                message.append(end);
            }
            return message.substring(0, octets).getBytes(US_ASCII);
        }
    }

    @Setup
    public void write() {
        byte[] message = kind.message();
        int most = SmtpLimits.CONTENT_CHUNK_OCTETS;
        pieces = new byte[(message.length + most - 1) / most][];
        for (int i = 0; i < pieces.length; i++) {
            pieces[i] = Arrays.copyOfRange(message, i * most, Math.min(message.length, (i + 1) * most));
        }
    }

    /** {@code org.postlane.smtp}. */
    @Benchmark
    public void postlane(Blackhole seen) {
        DotStuffer stuffer = new DotStuffer();
        for (byte[] piece : pieces) {
            ByteBuf out = ALLOCATOR.directBuffer(DotStuffer.usualCase(piece.length));
            stuffer.encode(piece, piece.length, out);
            seen.consume(out.readableBytes());
            out.release();
        }
    }

    /** What no stuffer can be faster than. */
    @Benchmark
    public void plainCopy(Blackhole seen) {
        for (byte[] piece : pieces) {
            ByteBuf out = ALLOCATOR.directBuffer(piece.length).writeBytes(piece);
            seen.consume(out.readableBytes());
            out.release();
        }
    }
}
