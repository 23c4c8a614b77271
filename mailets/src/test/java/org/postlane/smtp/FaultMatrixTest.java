// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.postlane.smtp.sasl.Credentials;
import org.postlane.testing.Behaviour;
import org.postlane.testing.Connection;
import org.postlane.testing.Reaction;
import org.postlane.testing.ScriptedBehaviour;
import org.postlane.testing.SmtpServer;
import org.postlane.testing.SmtpServerBuilder;
import org.postlane.testing.Stall;

/**
 * What each fault in each phase means for two recipients, a and b, and for the connection. RCPT goes wrong for b alone.
 *
 * <p>In the table: {@code D} delivered, {@code F} failed, {@code L} later (deferred), {@code A} ambiguous; {@code stale} a
 * {@link StaleConnectionException}; {@code session}, {@code host} and {@code policy} an {@link SmtpException} of that fault;
 * {@code +} the connection is usable afterwards, {@code -} it is closed.
 */
class FaultMatrixTest {
    @RegisterExtension
    static final SmtpFixture SMTP = new SmtpFixture();

    private static final String TABLE = """
        phase              close    reset    stall    421     4xx     5xx     garbage
        CONNECT            host     host     host     host    host    host    host
        EHLO               host     host     host     host    host    DD+     host
        STARTTLS           host     host     host     host    DD+     DD+     host
        HANDSHAKE          DD+      DD+      DD+      DD+     DD+     DD+     DD+
        HANDSHAKE_VERIFIED policy   policy   policy   policy  policy  policy  policy
        AUTH               host     host     host     host    policy  policy  host
        MAIL               session- session- host-    LL-     LL+     FF+     session-
        MAIL_REUSED        stale-   stale-   host-    stale-  LL+     FF+     stale-
        RCPT               LL-      LL-      LL-      LL-     DL+     DF+     LL-
        DATA               LL-      LL-      LL-      LL-     LL+     FF+     LL-
        BODY               LL-      LL-      LL-      LL-     LL-     FF-     LL-
        FINAL_DOT          AA-      AA-      AA-      LL-     LL+     FF+     AA-
        RSET               stale-   stale-   host-    stale-  stale-  stale-  stale-
        IDLE               stale-   stale-   DD+      stale-  stale-  stale-  stale-
        QUIT               DD-      DD-      DD-      DD-     DD-     DD-     DD-
        """;

    private static final String[] RECIPIENTS = {"a@example.org", "b@example.org"};
    private static final byte[] GARBAGE = {1, 0, '!', ' ', 'n', 'o', ' ', 'r', 'e', 'p', 'l', 'y', '\r', '\n'};

    private final Stall stall = new Stall();
    private final ScriptedBehaviour behaviour = Behaviour.accepting();

    enum Phase {
        CONNECT, EHLO, STARTTLS, HANDSHAKE, HANDSHAKE_VERIFIED, AUTH, MAIL, MAIL_REUSED, RCPT, DATA, BODY, FINAL_DOT, RSET, IDLE,
        QUIT
    }

    enum Fault { CLOSE, RESET, STALL, CLOSING, TEMPORARY, PERMANENT, GARBAGE }

    record Case(Phase phase, Fault fault, boolean pipelining, String expected) {
        Duration limit() {
            return fault == Fault.STALL && phase != Phase.IDLE ? SmtpFixture.SHORT : SmtpFixture.AMPLE;
        }

        @Override
        public String toString() {
            return fault + " at " + phase + (pipelining ? ", pipelining" : "");
        }
    }

    private static Map<Phase, List<String>> table() {
        Map<Phase, List<String>> table = new EnumMap<>(Phase.class);
        TABLE.lines().skip(1).map(line -> line.trim().split(" +"))
            .forEach(cells -> table.put(Phase.valueOf(cells[0]), Arrays.asList(cells).subList(1, cells.length)));
        return table;
    }

    static Stream<Case> cases() {
        Map<Phase, List<String>> table = table();
        List<Case> cases = new ArrayList<>();
        for (boolean pipelining : new boolean[] {true, false}) {
            table.forEach((phase, cells) -> {
                for (int column = 0; column < cells.size(); column++) {
                    cases.add(new Case(phase, Fault.values()[column], pipelining, cells.get(column)));
                }
            });
        }
        return cases.stream();
    }

    @Test
    void theTableHasACellForEachFaultInEachPhase() {
        assertThat(table().keySet()).containsExactly(Phase.values());
        assertThat(table().values()).allMatch(cells -> cells.size() == Fault.values().length);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aFaultHasItsOutcomeForEachRecipientAndForTheConnection(Case row) {
        SMTP.expectViolations();
        teach(row);
        SmtpServer server = start(row);
        assertThat(play(row, server)).isEqualTo(row.expected);
        stall.release();
    }

    private SmtpServer start(Case row) {
        SmtpServerBuilder builder = SmtpServer.builder().behaviour(behaviour)
            .extensions(row.pipelining ? new String[] {"PIPELINING"} : new String[] {"ENHANCEDSTATUSCODES"});
        return SMTP.start(switch (row.phase) {
            case STARTTLS, HANDSHAKE, HANDSHAKE_VERIFIED -> builder.startTls(SmtpFixture.TLS);
            case AUTH -> builder.auth("user", "secret");
            default -> builder;
        });
    }

    private void teach(Case row) {
        Reaction fault = fault(row.fault);
        Reaction behind354 = Reaction.reply("354 go ahead").then(Reaction.delay(Duration.ofMillis(150))).then(fault);
        ScriptedBehaviour unused = switch (row.phase) {
            case CONNECT -> behaviour.connect(fault);
            case EHLO -> behaviour.ehlo(fault);
            case STARTTLS -> behaviour.startTls(fault);
            // Not right behind the 220, where it would be an injection.
            case HANDSHAKE, HANDSHAKE_VERIFIED -> behaviour.handshake(Reaction.delay(Duration.ofMillis(150)).then(fault));
            case AUTH -> behaviour.auth(fault);
            case MAIL -> behaviour.mail(fault);
            case MAIL_REUSED -> behaviour.mail(fault).afterFirst(1);
            case RCPT -> behaviour.rcpt("b@example.org", fault);
            case DATA -> behaviour.data(fault);
            case BODY -> behaviour.data(behind354);
            case FINAL_DOT -> behaviour.endOfData(fault);
            case RSET -> behaviour.rset(fault);
            case QUIT -> behaviour.quit(fault);
            case IDLE -> behaviour;
        };
    }

    private Reaction fault(Fault fault) {
        return switch (fault) {
            case CLOSE -> Reaction.close();
            case RESET -> Reaction.reset();
            case STALL -> Reaction.stall(stall);
            case CLOSING -> Reaction.replyThenClose("421 4.3.2 shutting down");
            case TEMPORARY -> Reaction.reply("451 4.3.0 not now");
            case PERMANENT -> Reaction.reply("554 5.7.1 never");
            case GARBAGE -> Reaction.bytes(GARBAGE);
        };
    }

    private String play(Case row, SmtpServer server) {
        SessionSettings.Builder settings = SmtpFixture.settings(server, row.limit());
        if (row.phase == Phase.STARTTLS || row.phase == Phase.HANDSHAKE) {
            settings.tls(TlsMode.OPPORTUNISTIC);
        } else if (row.phase == Phase.HANDSHAKE_VERIFIED) {
            settings.tls(TlsMode.VERIFIED);
        } else if (row.phase == Phase.AUTH) {
            settings.credentials(Credentials.password("user", "secret").allowedWithoutTls(true));
        }
        CompletableFuture<SmtpConnection> opened = SMTP.client().connect(settings.build());
        try {
            opened.get(SmtpFixture.AMPLE.toMillis() * 2, TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            return whose(e.getCause());
        } catch (TimeoutException | InterruptedException e) {
            throw new AssertionError(e);
        }
        SmtpConnection connection = opened.join();
        try {
            return outcome(row, server, connection);
        } finally {
            connection.abort();
        }
    }

    private static String outcome(Case row, SmtpServer server, SmtpConnection connection) {
        if (row.phase == Phase.MAIL_REUSED || row.phase == Phase.RSET || row.phase == Phase.IDLE) {
            SmtpFixture.send(connection, "first@example.org");
        }
        if (row.phase == Phase.IDLE) {
            disturb(server.connections().get(0), row.fault, connection);
        }
        Content content = row.phase == Phase.BODY ? TestContent.ofSize(40_000_000) : TestContent.SMALL;
        String outcome = outcome(connection.send(SmtpFixture.envelope(RECIPIENTS), content));
        if (row.phase == Phase.QUIT) {
            SmtpFixture.get(connection.quit());
        }
        boolean usable = connection.isUsable();
        if (!usable) {
            SmtpFixture.get(connection.closed());
        }
        return outcome + (usable ? "+" : "-");
    }

    private static void disturb(Connection connection, Fault fault, SmtpConnection client) {
        Runnable disturbance = switch (fault) {
            case CLOSE -> connection::closeNow;
            case RESET -> connection::resetNow;
            case CLOSING -> () -> connection.sendNow("421 4.4.2 idle for too long");
            case TEMPORARY -> () -> connection.sendNow("451 4.4.2 hm");
            case PERMANENT -> () -> connection.sendNow("554 5.7.1 go away");
            case GARBAGE -> () -> connection.sendNow("!no reply");
            case STALL -> null;
        };
        if (disturbance == null) {
            return;
        }
        try {
            disturbance.run();
        } catch (UncheckedIOException e) {
            // It may be gone before the last of what we do to it; that it is gone is what matters.
            if (connection.isOpen()) {
                throw e;
            }
        }
        await().atMost(SmtpFixture.AMPLE).until(() -> !client.isUsable());
    }

    private static String outcome(CompletableFuture<TransactionResult> sent) {
        try {
            return sent.get(SmtpFixture.AMPLE.toMillis() * 2, TimeUnit.MILLISECONDS).recipients().stream()
                .map(result -> switch (result.status()) {
                    case DELIVERED -> "D";
                    case FAILED -> "F";
                    case DEFERRED -> "L";
                    case AMBIGUOUS -> "A";
                    case NEXT_TRANSACTION -> "N";
                }).collect(joining());
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
        return switch (((SmtpException) failure).failure().fault()) {
            case SESSION -> "session";
            case HOST -> "host";
            case POLICY -> "policy";
            case MESSAGE -> "message";
            case RECIPIENT -> "recipient";
        };
    }
}
