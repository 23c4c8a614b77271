// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.auth;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.postlane.smtpserver.auth.AuthServer.ANN;
import static org.postlane.smtpserver.auth.TestScram.encode;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import org.apache.commons.configuration2.BaseConfiguration;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postlane.smtpserver.SessionChannel;
import org.postlane.smtpserver.verb.MessageLines;
import org.postlane.testing.SmtpDialogue;

/** A client that sends on and on while its wrong password is being checked. */
class PausedClientTest {
    /** What may be read ahead, and far less than a server takes in that does not pause. */
    private static final long READ_AHEAD = 256 * 1024;
    private static final long MOST = 16 * 1024 * 1024;
    private static final byte[] LINE = ("NOOP " + "x".repeat(5_000) + "\r\n").getBytes(US_ASCII);

    @TempDir
    private Path files;

    private AuthServer server(boolean hasMessageLines) throws Exception {
        if (!hasMessageLines) {
            return new AuthServer(files);
        }
        MessageLines lines = new MessageLines();
        lines.init(new BaseConfiguration());
        return new AuthServer(files, lines);
    }

    /** Counts the octets that the server reads on its newest connection. */
    private static AtomicLong octetsReadBy(AuthServer server) {
        AtomicLong octets = new AtomicLong();
        new SessionChannel().of(server.session).orElseThrow().pipeline().addFirst(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext context, Object message) {
                octets.addAndGet(((ByteBuf) message).readableBytes());
                context.fireChannelRead(message);
            }
        });
        return octets;
    }

    private static String reply(BufferedReader replies) throws IOException {
        String line = replies.readLine();
        while (line.charAt(3) == '-') {
            line = replies.readLine();
        }
        return line;
    }

    /** Puts as much into the connection as it takes now; the line goes round and round. */
    private static long fill(SocketChannel client, ByteBuffer line) throws IOException {
        long sent = 0;
        int taken = client.write(line);
        while (taken > 0) {
            sent += taken;
            if (!line.hasRemaining()) {
                line.rewind();
            }
            taken = client.write(line);
        }
        return sent;
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void isReadNoFurtherBehindAPasswordAndThenToTheEnd(boolean hasMessageLines) throws Exception {
        CountDownLatch checking = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        try (AuthServer server = server(hasMessageLines); SmtpDialogue other = server.connect();
             SocketChannel client = SocketChannel.open(server.address())) {
            server.users.before = () -> {
                checking.countDown();
                release.await();
            };
            BufferedReader replies = new BufferedReader(new InputStreamReader(client.socket().getInputStream(), US_ASCII));
            assertThat(reply(replies)).startsWith("220 ");
            AtomicLong read = octetsReadBy(server);
            client.write(ByteBuffer.wrap(("EHLO client.test\r\nAUTH PLAIN " + encode("\0" + ANN + "\0wrong") + "\r\n")
                .getBytes(US_ASCII)));
            assertThat(reply(replies)).startsWith("250 ");
            checking.await();

            client.configureBlocking(false);
            ByteBuffer line = ByteBuffer.wrap(LINE);
            long sent = 0;
            long before = -1;
            // Where nothing more goes in, octets wait at the server; two rounds of its only thread would have read some.
            while (sent < MOST && before < read.get()) {
                before = read.get();
                sent += fill(client, line);
                other.command("NOOP", 250);
                other.command("NOOP", 250);
            }
            assertThat(read.get()).as("octets read of %d", sent).isBetween(1L, READ_AHEAD);

            client.configureBlocking(true);
            release.countDown();
            sent += client.write(line);
            assertThat(reply(replies)).startsWith("535 ");
            for (long i = 0; i < sent / LINE.length; i++) {
                assertThat(reply(replies)).startsWith("250 ");
            }
        } finally {
            release.countDown();
        }
    }
}
