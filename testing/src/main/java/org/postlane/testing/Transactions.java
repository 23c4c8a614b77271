// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;

import org.postlane.testing.Violation.Kind;

/** MAIL, RCPT, DATA and the content on one connection. */
final class Transactions {
    /** Which extension has to be offered before a parameter may be used; others are nobody's. */
    private static final Map<String, String> MAIL_PARAMETERS = Map.of(
        "SIZE", "SIZE", "BODY", "8BITMIME", "SMTPUTF8", "SMTPUTF8", "RET", "DSN", "ENVID", "DSN", "AUTH", "AUTH",
        "REQUIRETLS", "REQUIRETLS", "MT-PRIORITY", "MT-PRIORITY", "BY", "DELIVERBY");
    private static final Map<String, String> RCPT_PARAMETERS = Map.of("NOTIFY", "DSN", "ORCPT", "DSN", "RRVS", "RRVS");

    private final Session session;
    private final Connection connection;
    private final Settings settings;
    private final Recorder recorder;
    private final Behaviour behaviour;
    private Envelope envelope = new Envelope();

    Transactions(Session session, Connection connection, Settings settings, Recorder recorder) {
        this.session = session;
        this.connection = connection;
        this.settings = settings;
        this.recorder = recorder;
        this.behaviour = settings.behaviour();
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
        checkPath(path, command, MAIL_PARAMETERS);
        String usual = "250 2.1.0 ok";
        if (connection.heloName().isEmpty()) {
            usual = outOfOrder("MAIL before EHLO", true);
        } else if (envelope.isOpen()) {
            usual = outOfOrder("MAIL within a transaction", true);
        } else if (settings.authRequired() && connection.authenticatedUser().isEmpty()) {
            usual = "530 5.7.0 authentication required";
        } else if (tooLarge(parameter(path.parameters(), "SIZE"))) {
            usual = "552 5.3.4 too large";
        }
        envelope.mailTried();
        session.react(behaviour.onMail(connection, path.address()), usual, Session.accepted(() -> {
            reset();
            envelope.mailTried();
            envelope.open(path.address(), path.parameters());
            connection.transactionStarted();
            recorder.transaction();
        }));
    }

    void rcpt(CommandLine command) throws IOException {
        CommandLine.Path path = command.path("TO");
        if (path == null) {
            malformed(command);
            return;
        }
        checkPath(path, command, RCPT_PARAMETERS);
        String usual = "250 2.1.5 ok";
        if (!envelope.isOpen()) {
            usual = outOfOrder("RCPT without MAIL", !envelope.wasMailTried() || !session.mayPipeline());
        }
        envelope.rcptTried();
        session.react(behaviour.onRcpt(connection, path.address()), usual,
            Session.accepted(() -> envelope.add(new Recipient(path.address(), path.parameters()))));
    }

    void data() throws IOException {
        String usual = "354 go ahead";
        if (!envelope.isOpen()) {
            usual = outOfOrder("DATA without MAIL", !envelope.wasMailTried() || !session.mayPipeline());
        } else if (envelope.recipients().isEmpty()) {
            // Pipelined behind refused recipients DATA is right (RFC 2920, 3.1); without any RCPT it never is.
            usual = outOfOrder("DATA without RCPT", !envelope.wasRcptTried() || !session.mayPipeline())
                .replace("503 5.5.1", "554 5.5.1");
        }
        if (session.react(behaviour.onData(connection), usual, code -> { }) == 354) {
            content();
        }
    }

    private void content() throws IOException {
        ContentReader reader = session.contentReader();
        byte[] content = reader.read();
        if (content == null) {
            throw new ConnectionEnded(Ending.EOF);
        }
        connection.said(Connection.Speaker.CLIENT, "(content, " + content.length + " octets)");
        boolean announced = envelope.parameters().toUpperCase(Locale.ROOT).contains("BODY=8BITMIME");
        reader.faults().forEach((kind, place) -> {
            if (kind != Kind.UNANNOUNCED_8BIT || !announced) {
                session.violation(kind, place);
            }
        });
        ReceivedMail mail = new ReceivedMail(envelope, content, connection);
        connection.mailCarried();
        reset();
        session.enter("(end of data)");
        String usual = "250 2.0.0 taken as " + connection.id() + "." + mail.transactionNumber();
        if (mail.recipients().isEmpty()) {
            usual = "554 5.5.1 no valid recipients";
        } else if (tooLarge(Integer.toString(content.length))) {
            usual = "552 5.3.4 too large";
        }
        boolean[] answered = new boolean[1];
        try {
            session.react(behaviour.onEndOfData(connection, mail), usual, code -> {
                answered[0] = true;
                recorder.mail(mail, Replies.accepts(code));
            });
        } finally {
            if (!answered[0]) {
                recorder.mail(mail, false);
            }
        }
    }

    private void malformed(CommandLine command) throws IOException {
        session.violation(Kind.MALFORMED_COMMAND, command.toString());
        session.react(Reaction.proceed(), "501 5.5.4 cannot read that address", code -> { });
    }

    private String outOfOrder(String what, boolean atFault) {
        if (atFault) {
            session.violation(Kind.OUT_OF_ORDER, what);
        }
        return "503 5.5.1 " + what;
    }

    private void checkPath(CommandLine.Path path, CommandLine command, Map<String, String> extensions) {
        if (!path.strict()) {
            session.violation(Kind.MALFORMED_COMMAND, command.verb() + " " + command.argument());
        }
        for (String parameter : words(path.parameters())) {
            String keyword = parameter.split("=", 2)[0].toUpperCase(Locale.ROOT);
            String extension = extensions.get(keyword);
            boolean offered = extension != null
                && (extension.equals("AUTH") ? settings.credentials() != null : session.offered(extension));
            if (!offered) {
                session.violation(Kind.UNOFFERED_PARAMETER, parameter);
            }
        }
    }

    private static List<String> words(String parameters) {
        return parameters.isEmpty() ? List.of() : List.of(parameters.split(" +"));
    }

    private static String parameter(String parameters, String keyword) {
        return words(parameters).stream()
            .filter(word -> word.regionMatches(true, 0, keyword + "=", 0, keyword.length() + 1))
            .map(word -> word.substring(keyword.length() + 1))
            .findFirst().orElse("");
    }

    private boolean tooLarge(String octets) {
        OptionalLong limit = settings.sizeLimit();
        return limit.isPresent() && octets.matches("\\d{1,18}") && Long.parseLong(octets) > limit.getAsLong();
    }
}
