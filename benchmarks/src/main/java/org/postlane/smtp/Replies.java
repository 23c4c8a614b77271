// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.concurrent.TimeUnit;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.smtp.SmtpResponseDecoder;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.Blackhole;

/**
 * Reading replies that have come in one segment. Both decoders stand in a Netty channel that has no network, and get what the
 * network would give them: a direct buffer out of the pool, theirs to release.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class Replies {
    /** That of Netty has no default; ours has this one. */
    private static final int LONGEST_LINE = SmtpLimits.REPLY_LINE_OCTETS;

    /** What has come. */
    @Param
    private Kind kind;
    private ByteBuf octets;
    private EmbeddedChannel postlane;
    private EmbeddedChannel netty;

    /** What comes in a segment. */
    public enum Kind {
        /** The answer to a command. */
        ONE_LINE("one line", """
            250 2.1.5 Ok
            """),
        /** What a large provider says to EHLO. */
        EHLO("EHLO, 10 lines", """
            250-mx.example.org at your service, [192.0.2.17]
            250-SIZE 157286400
            250-8BITMIME
            250-STARTTLS
            250-ENHANCEDSTATUSCODES
            250-PIPELINING
            250-CHUNKING
            250-DSN
            250-AUTH PLAIN LOGIN XOAUTH2 SCRAM-SHA-256
            250 SMTPUTF8
            """),
        /** A mail to some recipients, answered in one piece as it was sent in one (RFC 2920). */
        PIPELINED("20 replies", "250 2.1.0 Sender ok\n" + "250 2.1.5 Recipient ok\n".repeat(17)
            + "550 5.1.1 <nobody@example.org>: Recipient address rejected: User unknown in virtual mailbox table\n"
            + "354 End data with <CR><LF>.<CR><LF>\n");

        private final String label;
        private final String text;

        Kind(String label, String lines) {
            this.label = label;
            this.text = lines.replace("\n", "\r\n");
        }

        /** For tables and plots. */
        public String label() {
            return label;
        }

        /** Of one operation. */
        public int octets() {
            return text.length();
        }
    }

    @Setup(Level.Trial)
    public void open() {
        octets = PooledByteBufAllocator.DEFAULT.directBuffer().writeBytes(kind.text.getBytes(US_ASCII));
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
        channel.writeInbound(octets.retainedDuplicate());
        for (Object reply = channel.readInbound(); reply != null; reply = channel.readInbound()) {
            seen.consume(reply);
        }
    }

    /** Fails where a decoder has not released what it was given: what leaks is not paid for. */
    @TearDown
    public void close() {
        postlane.close().syncUninterruptibly();
        netty.close().syncUninterruptibly();
        if (!octets.release()) {
            throw new IllegalStateException("a decoder has kept its input: " + octets.refCnt());
        }
    }
}
