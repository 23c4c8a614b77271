// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing;

import java.io.IOException;
import java.util.Map;

import org.postlane.testing.Violation.Kind;

/** MAIL, RCPT, DATA, BDAT and the content on one connection. */
final class Transactions {
    private final Session session;
    private final Connection connection;
    private final Settings settings;
    private final Recorder recorder;
    private final Behaviour behaviour;
    private final ParameterCheck parameters;
    private final Chunks chunks;
    private final FinalReplies finalReplies;
    private Envelope envelope = new Envelope();

    Transactions(Session session, Connection connection, Settings settings, Recorder recorder) {
        this.session = session;
        this.connection = connection;
        this.settings = settings;
        this.recorder = recorder;
        this.behaviour = settings.behaviour();
        this.parameters = new ParameterCheck(session, connection, settings);
        this.chunks = new Chunks(session, connection, settings, this);
        this.finalReplies = new FinalReplies(session, connection, settings, recorder);
    }

    boolean isOpen() {
        return envelope.isOpen();
    }

    void reset() {
        envelope = new Envelope();
    }

    void mail(CommandLine command) throws IOException {
        CommandLine.Path path = command.path("FROM");
        if (path == null) {
            malformed(command);
            return;
        }
        checkPath(path, command, ParameterCheck.has(path.parameters(), "SMTPUTF8"));
        parameters.mail(path);
        String usual = "250 2.1.0 ok";
        if (connection.heloName().isEmpty()) {
            usual = session.outOfOrder("MAIL before EHLO", true);
        } else if (envelope.isOpen()) {
            usual = session.outOfOrder("MAIL within a transaction", true);
        } else if (settings.authRequired() && connection.authenticatedUser().isEmpty()) {
            usual = "530 5.7.0 authentication required";
        } else if (announcesTooMuch(path)) {
            usual = "552 5.3.4 too large";
        }
        envelope.mailTried(path.parameters());
        session.react(behaviour.onMail(connection, path.address()), usual, Session.accepted(() -> {
            reset();
            envelope.mailTried(path.parameters());
            envelope.open(path.address(), path.parameters());
            connection.transactionStarted();
            recorder.transaction();
        }));
    }

    private boolean announcesTooMuch(CommandLine.Path path) {
        String octets = ParameterCheck.value(path.parameters(), "SIZE");
        return octets.matches("\\d{1,18}") && settings.isTooLarge(Long.parseLong(octets));
    }

    void rcpt(CommandLine command) throws IOException {
        CommandLine.Path path = command.path("TO");
        if (path == null) {
            malformed(command);
            return;
        }
        checkPath(path, command, envelope.isUtf8());
        parameters.rcpt(path);
        String usual = "250 2.1.5 ok";
        if (!envelope.isOpen()) {
            usual = session.outOfOrder("RCPT without MAIL", !envelope.wasMailTried() || !session.mayPipeline());
        } else if (envelope.isChunked()) {
            usual = session.outOfOrder("RCPT behind BDAT", true);
        }
        envelope.rcptTried();
        session.react(behaviour.onRcpt(connection, path.address()), usual,
            Session.accepted(() -> envelope.add(new Recipient(path.address(), path.parameters()))));
    }

    void data() throws IOException {
        String usual = "354 go ahead";
        if (!envelope.isOpen()) {
            usual = session.outOfOrder("DATA without MAIL", !envelope.wasMailTried() || !session.mayPipeline());
        } else if (envelope.isChunked()) {
            usual = session.outOfOrder("DATA and BDAT in one transaction", true);
            envelope.chunks().fail();
        } else if (envelope.body().equals("BINARYMIME")) {
            usual = session.outOfOrder("DATA for BODY=BINARYMIME", true);
        } else if (envelope.recipients().isEmpty()) {
            // Pipelined behind refused recipients DATA is right (RFC 2920, 3.1); without any RCPT it never is.
            usual = session.outOfOrder("DATA without RCPT", !envelope.wasRcptTried() || !session.mayPipeline());
            if (!settings.lmtp()) {
                usual = usual.replace("503 5.5.1", "554 5.5.1");
            }
        }
        envelope.dataTried();
        if (session.react(behaviour.onData(connection), usual, code -> { }) == 354) {
            ContentReader reader = new ContentReader(session.contentOctets());
            byte[] content = reader.read();
            if (content == null) {
                throw new ConnectionEnded(Ending.EOF);
            }
            connection.said(Connection.Speaker.CLIENT, "(content, " + content.length + " octets)");
            end(content, 0, reader.faults());
        }
    }

    void bdat(String line) throws IOException {
        chunks.serve(line, envelope);
    }

    /** The message has come to its end by BDAT LAST. */
    void end(ChunkedContent content) throws IOException {
        end(content.toByteArray(), content.count(), content.faults());
    }

    private void end(byte[] content, int chunkCount, Map<Kind, String> faults) throws IOException {
        String body = envelope.body();
        faults.forEach((kind, place) -> {
            if (!body.equals("BINARYMIME") && (kind != Kind.UNANNOUNCED_8BIT || !body.equals("8BITMIME"))) {
                session.violation(kind, place);
            }
        });
        ReceivedMail mail = new ReceivedMail(envelope, content, chunkCount, connection);
        connection.mailCarried();
        reset();
        finalReplies.to(mail);
    }

    private void malformed(CommandLine command) throws IOException {
        session.violation(Kind.MALFORMED_COMMAND, command.toString());
        session.react(Reaction.proceed(), "501 5.5.4 cannot read that address", code -> { });
    }

    private void checkPath(CommandLine.Path path, CommandLine command, boolean utf8) {
        if (!path.strict()) {
            session.violation(Kind.MALFORMED_COMMAND, command.verb() + " " + command.argument());
        }
        // Where SMTPUTF8 was not offered at all, the line itself was a violation already.
        if (!utf8 && session.offered("SMTPUTF8") && CommandText.isEightBit(command.argument())) {
            session.violation(Kind.UNANNOUNCED_8BIT, command.verb() + " without SMTPUTF8");
        }
    }
}
