// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postlane.james.Parameters;
import org.postlane.recipient.DirectoryLimits;
import org.postlane.recipient.RecipientClassifier;
import org.postlane.recipient.TestDirectory;

/** A directory that stalls, and James' SMTP server on a single IO thread, over sockets. */
class CommandGateTest {
    /** Together 40 MB, four times what the sockets' own buffers may grow to. */
    private static final int BLOCKS = 80;
    private static final int NOOPS_OF_BLOCK = 100;

    private final CountDownLatch release = new CountDownLatch(1);
    private final Set<String> askedOn = ConcurrentHashMap.newKeySet();
    private TestDirectory directory;
    private RcptServer server;
    private RcptServer.Client stalled;

    @BeforeEach
    void setUp() throws Exception {
        directory = TestDirectory.create();
        server = new RcptServer(directory);
        stalled = server.connect();
        assertThat(stalled.mail("bob@elsewhere.example")).startsWith("250");
        directory.onLookup(() -> askedOn.add(Thread.currentThread().getName()));
    }

    @AfterEach
    void tearDown() throws Exception {
        release.countDown();
        stalled.close();
        server.close();
    }

    /** The directory stalls for addresses in this domain, until released. */
    private void stall(String domain) {
        directory.onLookupOf(domain, () -> {
            try {
                release.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    @Test
    void aDirectoryThatStallsForOneAddressDelaysNoOtherConnection() throws Exception {
        stall("slow.example");
        stalled.pipeline("RCPT TO:<bob@slow.example>");
        await().until(() -> directory.lookupsOf("slow.example") == 1);

        try (RcptServer.Client other = server.connect()) {
            assertThat(other.mail("carol@elsewhere.example")).startsWith("250");
            assertThat(other.rcpt("ann@example.org")).startsWith("250");
            assertThat(other.rcpt("nobody@example.org")).startsWith("550 5.1.1 ");
        }
        release.countDown();
        assertThat(stalled.reply()).startsWith("550 5.7.1 ").contains("bob@slow.example");
    }

    @Test
    void noLookupIsMadeOnTheThreadOfTheSession() throws Exception {
        stalled.rcpt("ann@example.org");
        stalled.rcpt("team@example.org");
        stalled.rcpt("bob@elsewhere.example");
        stalled.send("RSET");
        assertThat(stalled.mail("dave@far.example")).startsWith("250");

        assertThat(askedOn).isNotEmpty().allSatisfy(thread -> assertThat(thread).startsWith("postlane-directory-"));
    }

    @Test
    void commandsThatCameTogetherAreAnsweredInTheirOrder() throws Exception {
        stall("slow.example");
        stalled.pipeline("RCPT TO:<ann@example.org>", "RCPT TO:<bob@slow.example>", "NOOP", "RCPT TO:<nobody@example.org>",
            "RSET", "MAIL FROM:<carol@elsewhere.example>", "RCPT TO:<team@example.org>", "RCPT TO:<bob@slow.example>", "BDAT 5");
        await().until(() -> directory.lookupsOf("slow.example") == 1);
        release.countDown();

        List<String> replies = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            replies.add(stalled.reply().substring(0, 9));
        }
        assertThat(replies).containsExactly("250 2.1.5", "550 5.7.1", "250 2.0.0", "550 5.1.1", "250 2.0.0", "250 2.1.0",
            "250 2.1.5", "550 5.7.1", "500 5.5.1");
    }

    @Test
    void manyCommandsInOnePieceAreAllAnsweredThoughEachNeedsTheDirectory() throws Exception {
        List<String> commands = IntStream.range(0, 3_000).mapToObj(i -> "RCPT TO:<user" + i + "@example.org>")
            .collect(Collectors.toList());
        stall("example.org");
        stalled.pipeline(commands.toArray(new String[0]));
        await().until(() -> directory.lookupsOf("example.org") > 0);
        release.countDown();

        for (int i = 0; i < 3_000; i++) {
            assertThat(stalled.reply()).startsWith("550 5.1.1 ").endsWith(" user" + i + "@example.org");
        }
    }

    @Test
    void whatWaitsInLineIsAskedForAtTheSameTime() throws Exception {
        stall("example.org");
        stalled.pipeline("RCPT TO:<a@example.org>", "RCPT TO:<b@example.org>", "RCPT TO:<c@example.org>");

        await().until(() -> directory.lookupsOf("example.org") == 3);
    }

    @Test
    void aLineThatIsTooLongIsAnsweredInItsTurn() throws Exception {
        stall("slow.example");
        stalled.pipeline("RCPT TO:<bob@slow.example>", "NOOP " + "x".repeat(9_000), "NOOP");
        await().until(() -> directory.lookupsOf("slow.example") == 1);
        release.countDown();

        assertThat(stalled.reply()).startsWith("550 5.7.1 ");
        assertThat(stalled.reply()).startsWith("500");
        assertThat(stalled.reply()).startsWith("250");
    }

    @Test
    void aDirectoryThatTakesTooLongIsAnswered451AndItsAnswerIsKnownTheNextTime() throws Exception {
        RecipientClassifier classifier = server.classifier;
        classifier.declare(DirectoryLimits.read(new Parameters("here", Map.of("directoryTimeout", "100 ms"))));
        stall("slow.example");
        assertThat(stalled.rcpt("bob@slow.example")).startsWith("451 4.3.0 ");
        release.countDown();
        await().until(() -> classifier.remembered() == 1);

        assertThat(stalled.rcpt("bob@slow.example")).startsWith("550 5.7.1 ");
        assertThat(directory.lookupsOf("slow.example")).isEqualTo(1);
    }

    @Test
    void aClientThatSendsOnAndOnMeanwhileIsReadNoFurtherAndThenToTheEnd() throws Exception {
        stall("slow.example");
        stalled.pipeline("RCPT TO:<bob@slow.example>");
        await().until(() -> directory.lookupsOf("slow.example") == 1);
        AtomicInteger sent = new AtomicInteger();
        String[] noops = Collections.nCopies(NOOPS_OF_BLOCK, "NOOP " + "x".repeat(5_000)).toArray(new String[0]);
        Thread sender = new Thread(() -> {
            try {
                while (sent.get() < BLOCKS) {
                    stalled.pipeline(noops);
                    sent.incrementAndGet();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        sender.start();
        AtomicInteger before = new AtomicInteger(-1);
        await().pollInterval(Duration.ofSeconds(1)).until(() -> before.getAndSet(sent.get()) == sent.get());
        assertThat(sent.get()).as("blocks of half a megabyte that went into the sockets' own buffers").isLessThan(BLOCKS / 2);
        release.countDown();
        assertThat(stalled.reply()).startsWith("550 5.7.1 ");
        for (int i = 0; i < BLOCKS * NOOPS_OF_BLOCK; i++) {
            assertThat(stalled.reply()).startsWith("250 ");
        }
    }

    @Test
    void aClientThatLeavesMeanwhileHoldsUpNobody() throws Exception {
        stall("slow.example");
        stalled.pipeline("RCPT TO:<bob@slow.example>", "RCPT TO:<ann@example.org>", "NOOP");
        await().until(() -> directory.lookupsOf("slow.example") == 1);
        stalled.close();
        release.countDown();

        try (RcptServer.Client other = server.connect()) {
            assertThat(other.mail("carol@elsewhere.example")).startsWith("250");
            assertThat(other.rcpt("bob@slow.example")).startsWith("550 5.7.1 ");
        }
    }
}
