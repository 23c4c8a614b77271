// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.concurrent.TimeUnit;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.smtp.SmtpResponseDecoder;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.Blackhole;

/** Reading the replies of a session with one mail, in one segment. Both stand in a Netty channel that has no network. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class Replies {
    private static final String SESSION = """
        220 mx.example.org ESMTP ready
        250-mx.example.org at your service
        250-PIPELINING
        250-SIZE 52428800
        250-8BITMIME
        250-ENHANCEDSTATUSCODES
        250-CHUNKING
        250 SMTPUTF8
        250 2.1.0 Ok
        250 2.1.5 Ok
        354 End data with <CR><LF>.<CR><LF>
        250 2.0.0 Ok: queued as 4Xk2vB3zqXz5
        """.replace("\n", "\r\n");
    /** Octets of one operation. */
    public static final int OCTETS = SESSION.length();
    /** That of Netty has no default. */
    private static final int LONGEST_LINE = 4_096;

    private ByteBuf octets;
    private EmbeddedChannel postlane;
    private EmbeddedChannel netty;

    @Setup(Level.Trial)
    public void open() {
        octets = Unpooled.unreleasableBuffer(Unpooled.directBuffer().writeBytes(SESSION.getBytes(US_ASCII)));
        postlane = new EmbeddedChannel(new ReplyDecoder());
        netty = new EmbeddedChannel(new SmtpResponseDecoder(LONGEST_LINE));
    }

    /** {@code org.postlane.smtp}: within bounds on lines, number of lines and octets of a reply. */
    @Benchmark
    public void postlane(Blackhole seen) {
        read(postlane, seen);
    }

    /** netty-codec-smtp: within a bound on lines. */
    @Benchmark
    public void nettyCodecSmtp(Blackhole seen) {
        read(netty, seen);
    }

    private void read(EmbeddedChannel channel, Blackhole seen) {
        channel.writeInbound(octets.duplicate());
        for (Object reply = channel.readInbound(); reply != null; reply = channel.readInbound()) {
            seen.consume(reply);
        }
    }

    @TearDown
    public void close() {
        postlane.close().syncUninterruptibly();
        netty.close().syncUninterruptibly();
    }
}
