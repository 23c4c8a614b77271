// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.Base64;
import java.util.Locale;

import org.postlane.testing.Violation.Kind;

/** AUTH with PLAIN (RFC 4616) and LOGIN, with and without an initial response (RFC 4954). */
final class Login {
    private final Session session;
    private final Connection connection;
    private final Settings settings;
    private final Behaviour behaviour;

    Login(Session session, Connection connection, Settings settings, Behaviour behaviour) {
        this.session = session;
        this.connection = connection;
        this.settings = settings;
        this.behaviour = behaviour;
    }

    void run(CommandLine command, boolean extended, boolean inTransaction) throws IOException {
        if (settings.credentials() == null || (settings.authNeedsTls() && !connection.isTls()) || !extended) {
            session.violation(Kind.UNKNOWN_COMMAND, "AUTH was not offered");
            refuse("502 5.5.1 AUTH is not offered");
            return;
        }
        if (!connection.authenticatedUser().isEmpty() || inTransaction) {
            session.violation(Kind.OUT_OF_ORDER, inTransaction ? "AUTH within a transaction" : "a second AUTH");
            refuse("503 5.5.1 not now");
            return;
        }
        String[] words = command.argument().split(" +", 2);
        String initial = words.length > 1 ? words[1] : null;
        switch (words[0].toUpperCase(Locale.ROOT)) {
            case "PLAIN" -> plain(initial == null ? ask("") : initial);
            case "LOGIN" -> {
                String user = decode(initial == null ? ask("Username:") : initial);
                decide(user, user == null ? null : decode(ask("Password:")));
            }
            default -> refuse("504 5.5.4 no such mechanism");
        }
    }

    private void plain(String response) throws IOException {
        String decoded = decode(response);
        String[] parts = decoded == null ? new String[0] : decoded.split("\0", -1);
        decide(parts.length == 3 ? parts[1] : null, parts.length == 3 ? parts[2] : null);
    }

    private String ask(String prompt) throws IOException {
        refuse("334 " + Base64.getEncoder().encodeToString(prompt.getBytes(UTF_8)));
        String line = session.readLine();
        if (line == null) {
            throw new ConnectionEnded(Ending.EOF);
        }
        return line;
    }

    private static String decode(String response) {
        if (response.equals("*")) {
            return null;
        }
        try {
            return new String(Base64.getDecoder().decode(response.equals("=") ? "" : response), UTF_8);
        } catch (IllegalArgumentException notBase64) {
            return null;
        }
    }

    private void decide(String user, String secret) throws IOException {
        if (user == null || secret == null) {
            session.violation(Kind.MALFORMED_COMMAND, "AUTH was cancelled or its response cannot be read");
            refuse("501 5.5.2 cannot read that");
            return;
        }
        boolean right = user.equals(settings.credentials().user()) && secret.equals(settings.credentials().secret());
        session.react(behaviour.onAuth(connection, user, secret),
            right ? "235 2.7.0 welcome" : "535 5.7.8 wrong user or secret",
            Session.accepted(() -> connection.authenticatedAs(user)));
    }

    private void refuse(String reply) throws IOException {
        session.react(Reaction.proceed(), reply, code -> { });
    }
}
