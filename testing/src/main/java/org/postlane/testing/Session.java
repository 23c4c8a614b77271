// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.Locale;
import java.util.Set;
import java.util.function.IntConsumer;

import org.postlane.testing.Violation.Kind;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves one connection: reads commands, asks the behaviour, replies. The transaction itself is {@link Transactions}'
 * concern.
 */
final class Session implements Runnable {
    private static final Logger log = LoggerFactory.getLogger(Session.class);
    /** A command line that is longer is no command any more; RFC 4954, 4 allows 12288 octets for AUTH. */
    private static final int MAX_COMMAND = 64 * 1024;
    /** RFC 2920, 3.1; DATA is treated apart, AUTH and STARTTLS are dialogues of their own. */
    private static final Set<String> LAST_IN_GROUP =
        Set.of("EHLO", "HELO", "LHLO", "STARTTLS", "AUTH", "QUIT", "NOOP", "VRFY", "EXPN");
    /** Phases in which input belongs to the command that is being served: the handshake, and the octets of BDAT. */
    private static final Set<String> TAKING_INPUT = Set.of("(handshake)", Chunks.OCTETS);

    private final Connection connection;
    private final Wire wire;
    private final Settings settings;
    private final Recorder recorder;
    private final Behaviour behaviour;
    private final Transactions transactions;
    private boolean extended;
    private boolean haste;
    private String command = "";

    Session(Connection connection, Wire wire, Settings settings, Recorder recorder) {
        this.connection = connection;
        this.wire = wire;
        this.settings = settings;
        this.recorder = recorder;
        this.behaviour = settings.behaviour();
        this.transactions = new Transactions(this, connection, settings, recorder);
    }

    @Override
    public void run() {
        try {
            if (settings.implicitTls() != null) {
                handshake(settings.implicitTls());
            }
            enter("(connect)");
            react(behaviour.onConnect(connection), "220 mx.test " + (settings.lmtp() ? "LMTP" : "ESMTP"), code -> { });
            String line = readLine();
            while (line != null && serve(line)) {
                line = readLine();
            }
            connection.end(Ending.EOF);
        } catch (ConnectionEnded e) {
            connection.end(e.ending());
        } catch (IOException e) {
            connection.end(Ending.RESET);
        } finally {
            finish();
        }
    }

    private void finish() {
        try {
            Ending how = connection.ending().orElse(Ending.RESET);
            if (how == Ending.QUIT || how == Ending.CLOSED_BY_SERVER || how == Ending.TLS_FAILED) {
                wire.finishOutput();
                wire.drain();
            }
        } catch (IOException alreadyGone) {
            log.debug("{} was gone before it could be closed in good order", connection, alreadyGone);
        } finally {
            connection.end(Ending.RESET);
            close();
        }
    }

    private void close() {
        try {
            wire.close();
        } catch (IOException e) {
            log.warn("Cannot close {}", connection, e);
        }
    }

    /** Carries out one command; false ends the connection. */
    private boolean serve(String line) throws IOException {
        CommandLine parsed = CommandLine.parse(line);
        enter(parsed.verb());
        recorder.command(command);
        switch (command) {
            case "EHLO", "HELO", "LHLO" -> {
                if (command.equals("LHLO") == settings.lmtp()) {
                    hello(parsed);
                } else {
                    unknown(line, settings.lmtp() ? "500 5.5.1 this is LMTP, say LHLO" : "500 5.5.1 this is SMTP, say EHLO");
                }
            }
            case "STARTTLS" -> startTls();
            case "AUTH" -> new Login(this, connection, settings, behaviour).run(parsed, extended, transactions.isOpen());
            case "MAIL" -> transactions.mail(parsed);
            case "RCPT" -> transactions.rcpt(parsed);
            case "DATA" -> transactions.data();
            case "BDAT" -> transactions.bdat(line);
            case "RSET" -> react(behaviour.onRset(connection), "250 2.0.0 reset", accepted(transactions::reset));
            case "NOOP" -> react(behaviour.onNoop(connection), "250 2.0.0 ok", code -> { });
            case "VRFY", "EXPN" -> ask(parsed);
            case "HELP" -> react(behaviour.onHelp(connection, parsed.argument()),
                "214-2.0.0 no help but this\n214 2.0.0 see RFC 5321", code -> { });
            case "QUIT" -> {
                connection.end(Ending.QUIT);
                react(behaviour.onQuit(connection), "221 2.0.0 bye", code -> { });
                return false;
            }
            default -> unknown(line, "500 5.5.1 unknown command");
        }
        return true;
    }

    private void unknown(String line, String usual) throws IOException {
        violation(Kind.UNKNOWN_COMMAND, line);
        react(behaviour.onOther(connection, line), usual, code -> { });
    }

    private void ask(CommandLine parsed) throws IOException {
        String about = parsed.argument();
        boolean vrfy = parsed.verb().equals("VRFY");
        String usual = vrfy ? "252 2.1.5 cannot tell, but will try" : "252 2.1.5 cannot tell who is on that list";
        if (about.isEmpty()) {
            violation(Kind.MALFORMED_COMMAND, parsed.verb() + " without an argument");
            usual = "501 5.5.4 whom?";
        } else if (offered("SMTPUTF8") && CommandText.isEightBit(about)
                && !about.toUpperCase(Locale.ROOT).endsWith(" SMTPUTF8")) {
            violation(Kind.UNANNOUNCED_8BIT, parsed.verb() + " without SMTPUTF8");
        }
        react(vrfy ? behaviour.onVrfy(connection, about) : behaviour.onExpn(connection, about), usual, code -> { });
    }

    private void hello(CommandLine parsed) throws IOException {
        boolean ehlo = !parsed.verb().equals("HELO");
        String name = parsed.argument();
        IntConsumer greeted = accepted(() -> {
            extended = ehlo;
            connection.greetedBy(name);
            transactions.reset();
        });
        if (name.isEmpty()) {
            violation(Kind.MALFORMED_COMMAND, parsed.verb() + " without a name");
        }
        if (ehlo) {
            react(behaviour.onEhlo(connection, name), Hello.reply(settings, connection), greeted);
        } else {
            react(behaviour.onHelo(connection, name), "250 mx.test", greeted);
        }
    }

    private void startTls() throws IOException {
        String usual = "220 2.0.0 go ahead";
        if (settings.startTls() == null) {
            violation(Kind.UNKNOWN_COMMAND, "STARTTLS was not offered");
            usual = "502 5.5.1 no TLS here";
        } else if (wire.isTls()) {
            violation(Kind.OUT_OF_ORDER, "STARTTLS under TLS");
            usual = "503 5.5.1 TLS is in use";
        }
        int code = react(behaviour.onStartTls(connection), usual, granted -> { });
        if (code == 220 && settings.startTls() != null && !wire.isTls()) {
            handshake(settings.startTls());
            extended = false;
            connection.greetedBy("");
            transactions.reset();
        }
    }

    private void handshake(TestTls tls) throws IOException {
        enter("(handshake)");
        react(behaviour.onHandshake(connection), "", code -> { });
        try {
            wire.acceptTls(tls);
        } catch (IOException e) {
            // Whether the client's alert or its RST is seen first is chance.
            log.debug("No TLS on {}", connection, e);
            throw new ConnectionEnded(Ending.TLS_FAILED);
        }
    }

    /** Lets the behaviour's reaction happen; {@code decided} is told the reply code before the reply is sent. */
    int react(Reaction reaction, String usual, IntConsumer decided) throws IOException {
        return new SessionTurn(connection, wire, usual, this::lookForHaste, decided).play(reaction);
    }

    static IntConsumer accepted(Runnable change) {
        return code -> {
            if (Replies.accepts(code)) {
                change.run();
            }
        };
    }

    /** Input that is here before the reply was sent: allowed only with PIPELINING, and not behind every command. */
    private void lookForHaste() throws IOException {
        if (haste || TAKING_INPUT.contains(command) || !wire.hasUnread()) {
            return;
        }
        // LMTP answers the end of a message more than once, and the client was hasty once.
        haste = true;
        if (command.equals("(connect)")) {
            violation(Kind.SPOKE_BEFORE_GREETING, "input before the greeting");
        } else if (command.equals("DATA")) {
            violation(Kind.CONTENT_BEFORE_354, "input behind DATA before its reply");
        } else if (LAST_IN_GROUP.contains(command)) {
            violation(Kind.NOT_LAST_IN_GROUP, "input behind " + command + " before its reply");
        } else if (!mayPipeline()) {
            violation(Kind.UNASKED_PIPELINING, "input behind " + command + " before its reply");
        }
        if (command.equals("STARTTLS")) {
            wire.forgetArrived();
        }
    }

    boolean mayPipeline() {
        return extended && settings.offers("PIPELINING");
    }

    boolean offered(String keyword) {
        return extended && settings.offers(keyword);
    }

    /** Names what the server is busy with, for violations. */
    void enter(String phase) {
        command = phase;
        haste = false;
    }

    void violation(Kind kind, String detail) {
        recorder.violation(new Violation(connection.id(), kind, detail));
    }

    /** The usual reply to a command that is not due; a violation where the client could have known. */
    String outOfOrder(String what, boolean atFault) {
        if (atFault) {
            violation(Kind.OUT_OF_ORDER, what);
        }
        return "503 5.5.1 " + what;
    }

    /** The octets behind DATA, as this server understands them. */
    ContentReader.Source contentOctets() {
        return settings.lenientContent() ? new LenientOctets(wire) : octets();
    }

    /** The octets behind the command. */
    ContentReader.Source octets() {
        return wire::read;
    }

    /** The next line as it came, without its line end; null at the end of the stream. */
    String readLine() throws IOException {
        wire.readTimeout(settings.idleMillis());
        ByteArrayOutputStream line = new ByteArrayOutputStream(128);
        try {
            int octet = wire.read();
            while (octet >= 0 && octet != '\n' && line.size() <= MAX_COMMAND) {
                line.write(octet);
                octet = wire.read();
            }
            if (line.size() > MAX_COMMAND) {
                violation(Kind.MALFORMED_COMMAND, "a command of more than " + MAX_COMMAND + " octets");
                react(Reaction.replyThenClose("500 5.5.6 line too long"), "", code -> { });
            }
            if (octet < 0) {
                return null;
            }
        } catch (SocketTimeoutException silent) {
            enter("(idle)");
            react(behaviour.onIdle(connection).then(Reaction.close()), "421 4.4.2 idle for too long", code -> { });
        }
        wire.readTimeout(0);
        String text = CommandText.decode(line.toByteArray(), offered("SMTPUTF8"), this::violation);
        connection.said(Connection.Speaker.CLIENT, text);
        Ending ended = connection.ending().orElse(null);
        if (ended != null) {
            throw new ConnectionEnded(ended);
        }
        return text;
    }
}
