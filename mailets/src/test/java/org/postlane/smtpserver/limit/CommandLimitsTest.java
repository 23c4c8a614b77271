// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.limit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import org.apache.james.metrics.tests.RecordingMetricFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.postlane.smtpserver.HandlerServer;
import org.postlane.smtpserver.Rejection.Reason;
import org.postlane.smtpserver.Rejections;

class CommandLimitsTest {
    private final RecordingMetricFactory metrics = new RecordingMetricFactory();
    private final AtomicLong nanos = new AtomicLong();
    private HandlerServer server;

    @AfterEach
    void close() {
        server.close();
    }

    private HandlerServer.Client connect(String element) throws Exception {
        CommandLimits limits = new CommandLimits(new Rejections(metrics), nanos::get);
        limits.init(HandlerServer.element(
            element.contains("trustedNetworks") ? element : element + "<trustedNetworks>none</trustedNetworks>"));
        server = HandlerServer.with(metrics, limits);
        return server.from("127.0.0.2").greeted();
    }

    @Test
    void aCommandTooManyWithinAMinuteIsAnswered421() throws Exception {
        try (HandlerServer.Client client = connect("<commandsPerMinute>5</commandsPerMinute>")) {
            for (int i = 0; i < 4; i++) {
                assertThat(client.send("NOOP")).startsWith("250");
            }
            nanos.addAndGet(TimeUnit.SECONDS.toNanos(60));
            for (int i = 0; i < 5; i++) {
                assertThat(client.send("NOOP")).startsWith("250");
            }
            nanos.addAndGet(TimeUnit.SECONDS.toNanos(59));
            assertThat(client.send("NOOP")).startsWith("421 4.7.0 Too many commands");
            assertThat(client.reply()).isNull();
        }
        assertThat(server.refused(Reason.TOO_MANY_COMMANDS)).isEqualTo(1);
    }

    @Test
    void linesOfAMessageAreNoCommandsAndTheReplyToItIsNeverReplaced() throws Exception {
        try (HandlerServer.Client client = connect("<commandsPerMinute>4</commandsPerMinute>")) {
            assertThat(client.mail("ann@example.org")).startsWith("250");
            assertThat(client.rcpt("bob@example.org")).startsWith("250");
            assertThat(client.send("DATA")).startsWith("354");
            client.pipeline(Collections.nCopies(50, "NOOP").toArray(new String[0]));
            assertThat(client.send(".")).startsWith("250");
            assertThat(client.send("NOOP")).startsWith("421 4.7.0 ");
        }
    }

    @Test
    void whoSaysQuitGetsTheAnswerToIt() throws Exception {
        try (HandlerServer.Client client = connect("<commandsPerMinute>1</commandsPerMinute>")) {
            assertThat(client.send("QUIT")).startsWith("221");
        }
    }

    @Test
    void anErrorTooManyEndsTheConnection() throws Exception {
        try (HandlerServer.Client client = connect("<maxErrors>3</maxErrors>")) {
            assertThat(client.send("FOO")).startsWith("500");
            assertThat(client.send("NOOP")).startsWith("250");
            assertThat(client.send("RCPT TO:<bob@example.org>")).startsWith("503");
            assertThat(client.send("AUTH PLAIN AGFubgB3cm9uZw==")).startsWith("535");
            assertThat(client.reply()).startsWith("421 4.7.0 Too many errors");
            assertThat(client.reply()).isNull();
        }
        assertThat(server.refused(Reason.TOO_MANY_ERRORS)).isEqualTo(1);
    }

    @Test
    void aPasswordThatIsWrongAtTheEndOfALoginInSeveralStepsIsAnError() throws Exception {
        try (HandlerServer.Client client = connect("<maxErrors>1</maxErrors>")) {
            assertThat(client.send("AUTH LOGIN")).startsWith("334");
            assertThat(client.send("YW5u")).startsWith("334");
            assertThat(client.send("d3Jvbmc=")).startsWith("535");
            assertThat(client.reply()).startsWith("421 4.7.0 ");
        }
    }

    @Test
    void withoutALimitAnyNumberMayBeSent() throws Exception {
        try (HandlerServer.Client client = connect("<maxErrors>0</maxErrors>")) {
            for (int i = 0; i < 100; i++) {
                assertThat(client.send("FOO")).startsWith("500");
            }
        }
    }

    @Test
    void trustedNetworksAreNotLimited() throws Exception {
        try (HandlerServer.Client client = connect("<maxErrors>1</maxErrors><commandsPerMinute>1</commandsPerMinute>"
            + "<trustedNetworks>127.0.0.2</trustedNetworks>")) {
            assertThat(client.send("FOO")).startsWith("500");
            assertThat(client.send("NOOP")).startsWith("250");
        }
    }
}
