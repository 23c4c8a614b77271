// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.concurrent.TimeUnit;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Making 64 KiB of a message ready for DATA (line ends, dots), beside a copy of them into the same buffer. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class Stuffing {
    /** Octets of one operation. */
    public static final int OCTETS = 64 * 1_024;
    private static final String LINE = "Lines as long as those of encoded attachments are, and a dot at times...\r\n";

    private byte[] message;
    private ByteBuf out;

    @Setup
    public void write() {
        message = (LINE + ". begins with one.\r\n" + LINE.repeat(OCTETS / LINE.length())).substring(0, OCTETS).getBytes(US_ASCII);
        out = Unpooled.directBuffer(DotStuffer.worstCase(OCTETS));
    }

    /** {@code org.postlane.smtp}. */
    @Benchmark
    public ByteBuf postlane() {
        new DotStuffer().encode(message, message.length, out.clear());
        return out;
    }

    /** What no stuffer can be faster than. */
    @Benchmark
    public ByteBuf plainCopy() {
        return out.clear().writeBytes(message, 0, message.length);
    }
}
