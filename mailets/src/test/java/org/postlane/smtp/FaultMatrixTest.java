// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.postlane.testing.Reaction.reply;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.postlane.smtp.FaultTable.Fault;
import org.postlane.smtp.FaultTable.Phase;
import org.postlane.smtp.FaultTable.Row;
import org.postlane.smtp.sasl.Credentials;
import org.postlane.testing.Behaviour;
import org.postlane.testing.Connection;
import org.postlane.testing.Reaction;
import org.postlane.testing.ScriptedBehaviour;
import org.postlane.testing.SmtpServer;
import org.postlane.testing.SmtpServerBuilder;
import org.postlane.testing.Stall;

/** Plays every cell of the {@link FaultTable}; those of a row at the same time, each with its own server. */
class FaultMatrixTest {
    @RegisterExtension
    static final SmtpFixture SMTP = new SmtpFixture();

    private static final ExecutorService CELLS = Executors.newFixedThreadPool(Fault.values().length);
    private static final String[] RECIPIENTS = {"a@example.org", "b@example.org"};

    static Stream<Row> rows() {
        return FaultTable.rows().stream();
    }

    @AfterAll
    static void end() {
        CELLS.shutdown();
    }

    @Test
    void theTableHasACellForEachFaultInEachPhase() {
        assertThat(rows().map(Row::phase).distinct()).containsExactlyInAnyOrder(Phase.values());
        assertThat(rows().map(row -> row.phase() + " " + row.pipelining())).doesNotHaveDuplicates();
        assertThat(rows()).allMatch(row -> row.expected().size() == Fault.values().length);
        assertThat(rows().mapToInt(row -> row.expected().size()).sum()).isGreaterThan(750);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void aFaultHasItsOutcomeForEachRecipientAndForTheConnection(Row row) {
        SMTP.expectViolations();
        Map<Fault, CompletableFuture<String>> cells = new EnumMap<>(Fault.class);
        for (Fault fault : Fault.values()) {
            cells.put(fault, CompletableFuture.supplyAsync(() -> new Cell(row, fault).play(), CELLS));
        }
        Map<Fault, String> played = new EnumMap<>(Fault.class);
        cells.forEach((fault, cell) -> played.put(fault, SmtpFixture.get(cell)));
        assertThat(played).isEqualTo(row.expected());
    }

    /** One fault in one phase. */
    private static final class Cell {
        private final Phase phase;
        private final boolean pipelining;
        private final Fault fault;
        private final String expected;
        private final ScriptedBehaviour behaviour = Behaviour.accepting();
        private final Stall never = new Stall();
        /** Holds the first of two transactions until the second is behind it. */
        private final Stall followed = new Stall();

        private Cell(Row row, Fault fault) {
            this.phase = row.phase();
            this.pipelining = row.pipelining();
            this.fault = fault;
            this.expected = row.expected().get(fault);
        }

        private boolean is(String prefix) {
            return phase.name().startsWith(prefix);
        }

        private boolean isSilent() {
            return fault == Fault.STALL || fault == Fault.MISSING;
        }

        private boolean isChunked() {
            return phase.name().contains("CHUNK") || is("PROBE") || is("AHEAD") || phase == Phase.OVER_LAST
                || phase == Phase.OVER_MAIL
                || phase == Phase.OVER_RCPT;
        }

        private String play() {
            teach();
            try {
                String outcome = connectAndSend(start());
                // Where it depends on what comes in one packet, the table names both.
                return List.of(expected.split("[|]")).contains(outcome) ? expected : outcome;
            } finally {
                never.release();
                followed.release();
            }
        }

        private SmtpServer start() {
            List<String> extensions = new ArrayList<>(List.of("ENHANCEDSTATUSCODES"));
            if (pipelining) {
                extensions.add("PIPELINING");
            }
            if (isChunked()) {
                extensions.add("CHUNKING");
            }
            SmtpServerBuilder builder = SmtpServer.builder().behaviour(behaviour).extensions(extensions.toArray(String[]::new));
            if (is("LMTP")) {
                builder.lmtp();
            }
            return SMTP.start(switch (phase) {
                case STARTTLS, HANDSHAKE, HANDSHAKE_VERIFIED -> builder.startTls(SmtpFixture.TLS);
                case AUTH -> builder.auth("user", "secret");
                default -> builder;
            });
        }

        private void teach() {
            Reaction pause = Reaction.delay(Duration.ofMillis(150));
            Reaction onceItHasGoneOn = Reaction.awaitInput().then(pause);
            Reaction behindNext = Reaction.stall(followed).then(Reaction.delay(Duration.ofMillis(300)));
            Reaction usual = behindNext.then(Reaction.proceed());
            ScriptedBehaviour unused = switch (phase) {
                case CONNECT -> behaviour.connect(fault("220 mx.test ESMTP"));
                case EHLO -> behaviour.ehlo(fault(pipelining ? "250-mx.test\n250 PIPELINING" : "250 mx.test"));
                case STARTTLS -> behaviour.startTls(fault("220 2.0.0 go ahead"));
                // Not right behind the 220, where it would be an injection.
                case HANDSHAKE, HANDSHAKE_VERIFIED -> behaviour.handshake(onceItHasGoneOn.then(fault("250 2.0.0 hm")));
                case AUTH -> behaviour.auth(fault("235 2.7.0 welcome"));
                case MAIL -> behaviour.mail(fault("250 2.1.0 ok"));
                case MAIL_REUSED -> behaviour.mail(fault("250 2.1.0 ok")).afterFirst(1);
                case RCPT -> behaviour.rcpt(RECIPIENTS[1], fault("250 2.1.5 ok"));
                case DATA -> behaviour.data(fault("354 go ahead"));
                case BODY -> behaviour.data(reply("354 go ahead").then(onceItHasGoneOn).then(fault("250 2.0.0 taken")));
                case FINAL_DOT, LAST_CHUNK -> behaviour.endOfData(fault("250 2.0.0 taken"));
                case RSET -> behaviour.rset(fault("250 2.0.0 reset"));
                case QUIT -> behaviour.quit(fault("221 2.0.0 bye"));
                case IDLE -> behaviour;
                case PROBE -> behaviour.bdat(fault("250 2.0.0 more")).once();
                case CHUNK -> behaviour.bdat(fault("250 2.0.0 more")).afterFirst(1);
                case LMTP_FIRST, LMTP_FIRST_CHUNK -> behaviour.endOfDataFor(RECIPIENTS[0], fault("250 2.1.5 a has it"));
                case LMTP_SECOND, LMTP_SECOND_CHUNK -> behaviour.endOfDataFor(RECIPIENTS[1], fault("250 2.1.5 b has it"));
                case AHEAD_RSET -> behaviour.rset(fault("250 2.0.0 reset")).afterFirst(1).once();
                case AHEAD_MAIL -> behaviour.mail(fault("250 2.1.0 ok")).afterFirst(2).once();
                case AHEAD_RCPT -> behaviour.rcpt(RECIPIENTS[1], fault("250 2.1.5 ok"));
                case AHEAD_CHUNK -> behaviour.bdat(fault("250 2.0.0 more")).afterFirst(1);
                case AHEAD_LAST -> behaviour.endOfData(fault("250 2.0.0 taken")).afterFirst(2).once();
                case OVER_LAST -> behaviour.endOfData(behindNext.then(fault("250 2.0.0 taken"))).afterFirst(2).once();
                case OVER_DOT -> behaviour.endOfData(behindNext.then(fault("250 2.0.0 taken"))).afterFirst(1).once();
                case OVER_MAIL -> behaviour.endOfData(usual).afterFirst(2).once()
                    .mail(fault("250 2.1.0 ok")).afterFirst(3).once();
                case OVER_DOT_MAIL -> behaviour.endOfData(usual).afterFirst(1).once()
                    .mail(fault("250 2.1.0 ok")).afterFirst(2).once();
                case OVER_RCPT -> behaviour.endOfData(usual).afterFirst(2).once().rcpt("d@example.org", fault("250 2.1.5 ok"));
                case OVER_DOT_RCPT -> behaviour.endOfData(usual).afterFirst(1).once()
                    .rcpt("d@example.org", fault("250 2.1.5 ok"));
                case OVER_DOT_DATA -> behaviour.endOfData(usual).afterFirst(1).once()
                    .data(fault("354 go ahead")).afterFirst(2).once();
            };
        }

        private Reaction fault(String usual) {
            return switch (fault) {
                case CLOSE -> Reaction.close();
                case RESET -> Reaction.reset();
                case STALL -> Reaction.stall(never);
                case CLOSING -> Reaction.replyThenClose("421 4.3.2 shutting down");
                case TEMPORARY -> reply("451 4.3.0 not now");
                case PERMANENT -> reply("554 5.7.1 never");
                case GARBAGE -> Reaction.garbage();
                case MIXED -> Reaction.mixedCodes(250, 550);
                case ENDLESS -> Reaction.endlessContinuation(250);
                case LONG -> Reaction.longLine(250, 10_240);
                case SLOW -> Reaction.byteByByte(usual);
                case TWICE -> Reaction.twoAtOnce(usual, usual);
                case REFUSED_TWICE -> Reaction.twoAtOnce("554 5.7.1 never", "554 5.7.1 never");
                case MISSING -> Reaction.silence();
            };
        }

        private String connectAndSend(SmtpServer server) {
            Duration limit = isSilent() && phase != Phase.IDLE && !(phase == Phase.BODY && fault == Fault.MISSING)
                ? SmtpFixture.SHORT : SmtpFixture.AMPLE;
            SessionSettings.Builder settings = SmtpFixture.settings(server, limit).transactionsInFlight(2)
                .protocol(is("LMTP") ? Protocol.LMTP : Protocol.SMTP);
            switch (phase) {
                case STARTTLS, HANDSHAKE -> settings.tls(TlsMode.OPPORTUNISTIC);
                case HANDSHAKE_VERIFIED -> settings.tls(TlsMode.VERIFIED);
                case AUTH -> settings.credentials(Credentials.password("user", "secret").allowedWithoutTls(true));
                default -> settings.tls(TlsMode.NONE);
            }
            CompletableFuture<SmtpConnection> opened = SMTP.client().connect(settings.build());
            String failed = outcome(opened, connection -> "");
            if (!failed.isEmpty()) {
                return failed;
            }
            SmtpConnection connection = opened.join();
            try {
                String outcome = send(server, connection);
                return outcome + (isStillInStep(connection) ? "+" : "-");
            } finally {
                connection.abort();
            }
        }

        private boolean isStillInStep(SmtpConnection connection) {
            if (expected.endsWith("-")) {
                try {
                    // What ends it may come behind the outcome.
                    connection.closed().get(SmtpFixture.AMPLE.toMillis() / 4, TimeUnit.MILLISECONDS);
                } catch (ExecutionException | InterruptedException | TimeoutException e) {
                    return true;
                }
                return false;
            }
            boolean usable = connection.isUsable();
            behaviour.clear();
            if (usable) {
                assertThat(SmtpFixture.get(connection.noop()).text()).isEqualTo("2.0.0 ok");
                assertThat(connection.isUsable()).isTrue();
            } else {
                SmtpFixture.get(connection.closed());
            }
            return usable;
        }

        private String send(SmtpServer server, SmtpConnection connection) {
            int before = is("AHEAD") || phase == Phase.OVER_LAST || phase == Phase.OVER_MAIL || phase == Phase.OVER_RCPT ? 2
                : is("OVER") || phase == Phase.MAIL_REUSED || phase == Phase.RSET || phase == Phase.IDLE ? 1 : 0;
            for (int i = 0; i < before; i++) {
                SmtpFixture.send(connection, "before" + i + "@example.org");
            }
            if (phase == Phase.IDLE) {
                disturb(server.connections().get(0), connection);
            }
            Content content = switch (phase) {
                case BODY -> TestContent.ofSize(40_000_000);
                case CHUNK, AHEAD_CHUNK -> TestContent.ofSize(SmtpLimits.CONTENT_CHUNK_OCTETS + 1000);
                default -> TestContent.SMALL;
            };
            CompletableFuture<TransactionResult> sent = connection.send(SmtpFixture.envelope(RECIPIENTS), content);
            if (!is("OVER")) {
                String outcome = outcome(sent, Cell::letters);
                if (phase == Phase.QUIT) {
                    SmtpFixture.get(connection.quit());
                }
                return outcome;
            }
            TestContent second = TestContent.of(TestContent.TEXT);
            CompletableFuture<TransactionResult> next =
                connection.send(SmtpFixture.envelope("c@example.org", "d@example.org"), second);
            // By DATA it begins when its size is asked for, and leaves in the same breath; by BDAT it leaves when it was read.
            await().atMost(SmtpFixture.AMPLE).until(() -> isChunked() ? second.closed.get() > 0 : second.asked.get() > 0);
            followed.release();
            return outcome(sent, Cell::letters) + "," + outcome(next, Cell::letters);
        }

        private Runnable unasked(Connection connection) {
            return switch (fault) {
                case CLOSE -> connection::closeNow;
                case RESET -> connection::resetNow;
                case CLOSING -> () -> connection.sendNow("421 4.4.2 idle for too long");
                case TEMPORARY -> () -> connection.sendNow("451 4.4.2 hm");
                case PERMANENT -> () -> connection.sendNow("554 5.7.1 go away");
                case GARBAGE -> () -> connection.sendNow("!no reply");
                case MIXED -> () -> connection.sendNow("250-one\n550 other");
                case ENDLESS -> () -> connection.sendNow("250-and more\n".repeat(200) + "250-");
                case LONG -> () -> connection.sendNow("250 " + "x".repeat(10_240));
                case SLOW -> () -> connection.sendNow("2");
                case TWICE -> () -> connection.sendNow("250 2.0.0 ok\n250 2.0.0 ok");
                case REFUSED_TWICE -> () -> connection.sendNow("554 5.7.1 never\n554 5.7.1 never");
                case STALL, MISSING -> () -> { };
            };
        }

        private void disturb(Connection connection, SmtpConnection client) {
            try {
                unasked(connection).run();
            } catch (UncheckedIOException e) {
                // It may be gone before the last of what we do to it; that it is gone is what matters.
                if (connection.isOpen()) {
                    throw e;
                }
            }
            await().atMost(SmtpFixture.AMPLE).until(() -> client.isUsable() == isSilent());
        }

        private static String letters(TransactionResult result) {
            return result.recipients().stream().map(RecipientResult::status).map(status -> switch (status) {
                case DELIVERED -> "D";
                case FAILED -> "F";
                case DEFERRED -> "L";
                case AMBIGUOUS -> "A";
                case NEXT_TRANSACTION -> "N";
            }).collect(joining());
        }

        private static <T> String outcome(CompletableFuture<T> future, java.util.function.Function<T, String> shown) {
            try {
                return shown.apply(future.get(SmtpFixture.AMPLE.toMillis() * 2, TimeUnit.MILLISECONDS));
            } catch (ExecutionException e) {
                return whose(e.getCause());
            } catch (TimeoutException | InterruptedException e) {
                throw new AssertionError("No outcome", e);
            }
        }

        private static String whose(Throwable failure) {
            if (failure instanceof StaleConnectionException) {
                return "stale";
            }
            assertThat(failure).isInstanceOf(SmtpException.class);
            return ((SmtpException) failure).failure().fault().name().toLowerCase(java.util.Locale.ROOT);
        }
    }
}
