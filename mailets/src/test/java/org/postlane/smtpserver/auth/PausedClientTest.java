// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.postlane.smtpserver.auth.AuthServer.ANN;
import static org.postlane.smtpserver.auth.TestScram.encode;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import org.apache.commons.configuration2.BaseConfiguration;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postlane.smtpserver.verb.MessageLines;
import org.postlane.testing.SmtpDialogue;

/** A client that sends on and on while its wrong password is being checked. */
class PausedClientTest {
    /** Together 40 MB, four times what the sockets' own buffers may grow to. */
    private static final int BLOCKS = 80;
    private static final int LINES_OF_BLOCK = 100;
    private static final byte[] BLOCK = ("NOOP " + "x".repeat(5_000) + "\r\n").repeat(LINES_OF_BLOCK)
        .getBytes(StandardCharsets.US_ASCII);

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

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void isReadNoFurtherBehindAPasswordAndThenToTheEnd(boolean hasMessageLines) throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        try (AuthServer server = server(hasMessageLines); SmtpDialogue client = server.connect()) {
            server.users.before = release::await;
            client.sendBytes(("AUTH PLAIN " + encode("\0" + ANN + "\0wrong") + "\r\n").getBytes(StandardCharsets.US_ASCII));
            AtomicInteger sent = new AtomicInteger();
            Thread sender = new Thread(() -> {
                while (sent.get() < BLOCKS) {
                    client.sendBytes(BLOCK);
                    sent.incrementAndGet();
                }
            });
            sender.start();
            AtomicInteger before = new AtomicInteger(-1);
            await().pollInterval(Duration.ofSeconds(1)).until(() -> before.getAndSet(sent.get()) == sent.get());
            assertThat(sent.get()).as("blocks of half a megabyte that went into the sockets' own buffers")
                .isLessThan(BLOCKS / 2);
            release.countDown();

            client.expect(535);
            for (int i = 0; i < BLOCKS * LINES_OF_BLOCK; i++) {
                client.expect(250);
            }
        } finally {
            release.countDown();
        }
    }
}
