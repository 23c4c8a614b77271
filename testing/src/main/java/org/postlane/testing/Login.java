// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

import org.postlane.testing.Violation.Kind;

/** AUTH (RFC 4954) with the mechanisms that were asked for, with and without an initial response. */
final class Login {
    /** The example of RFC 7628, 3.2.2. */
    private static final String TOKEN_REFUSED = "{\"status\":\"invalid_token\",\"scope\":\"example_scope\"}";

    private final Session session;
    private final Connection connection;
    private final Settings settings;
    private final Behaviour behaviour;
    private String mechanism;
    private String initial;
    private int challenges;

    Login(Session session, Connection connection, Settings settings, Behaviour behaviour) {
        this.session = session;
        this.connection = connection;
        this.settings = settings;
        this.behaviour = behaviour;
    }

    /** The dialogue has ended, and whoever ended it has replied. */
    private static final class Over extends Exception {
        private static final long serialVersionUID = 1L;
    }

    void run(CommandLine command, boolean extended, boolean inTransaction) throws IOException {
        if (settings.credentials() == null || (settings.authNeedsTls() && !connection.isTls()) || !extended) {
            session.violation(Kind.UNKNOWN_COMMAND, "AUTH was not offered");
            reply("502 5.5.1 AUTH is not offered");
            return;
        }
        if (!connection.authenticatedUser().isEmpty() || inTransaction) {
            session.violation(Kind.OUT_OF_ORDER, inTransaction ? "AUTH within a transaction" : "a second AUTH");
            reply("503 5.5.1 not now");
            return;
        }
        String[] words = command.argument().split(" +", 2);
        mechanism = words[0].toUpperCase(Locale.ROOT);
        initial = words.length > 1 ? words[1] : null;
        if (!settings.credentials().mechanisms().contains(mechanism)) {
            reply("504 5.5.4 no such mechanism");
            return;
        }
        try {
            switch (mechanism) {
                case "PLAIN" -> plain();
                case "LOGIN" -> decide(first("Username:"), ask("Password:"), "");
                case "CRAM-MD5" -> cramMd5();
                case "SCRAM-SHA-256" -> scram();
                case "OAUTHBEARER", "XOAUTH2" -> bearer();
                default -> reply("504 5.5.4 no such mechanism");
            }
        } catch (Over answered) {
            return;
        }
    }

    private void plain() throws IOException, Over {
        String[] parts = first("").split("\0", -1);
        if (parts.length != 3) {
            throw malformed("PLAIN has two NULs");
        }
        decide(parts[1], parts[2], parts[0]);
    }

    private void cramMd5() throws IOException, Over {
        String challenge = "<" + System.nanoTime() + "@mx.test>";
        String response = ask(challenge);
        int blank = response.lastIndexOf(' ');
        if (blank < 0) {
            throw malformed("CRAM-MD5 has a user name and a digest");
        }
        String right = HexFormat.of().formatHex(hmacMd5(settings.credentials().secret(), challenge));
        decide(response.substring(0, blank), response.substring(blank + 1).equals(right) ? settings.credentials().secret() : "",
            "");
    }

    private static byte[] hmacMd5(String key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacMD5");
            mac.init(new SecretKeySpec(key.getBytes(UTF_8), "HmacMD5"));
            return mac.doFinal(text.getBytes(UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private void scram() throws IOException, Over {
        Settings.Credentials credentials = settings.credentials();
        ScramServer server = new ScramServer(credentials.secret(), credentials.iterations());
        try {
            boolean right = server.verify(ask(server.challenge(first(""))));
            if (right && !ask("v=" + server.signature()).isEmpty()) {
                throw malformed("the answer to SCRAM's last message is empty");
            }
            decide(server.user(), right ? credentials.secret() : "", server.authorizationId());
        } catch (IllegalArgumentException e) {
            throw malformed(e.getMessage());
        }
    }

    private void bearer() throws IOException, Over {
        boolean standard = mechanism.equals("OAUTHBEARER");
        String[] fields = first("").split("\1", -1);
        String named = standard ? "n,a=" : "user=";
        boolean complete = fields.length >= 4 && fields[0].startsWith(named) && fields[fields.length - 1].isEmpty();
        if (!complete || (standard && !fields[0].endsWith(","))) {
            throw malformed(mechanism + " has a user and fields that end with ^A");
        }
        String user = fields[0].substring(named.length(), fields[0].length() - (standard ? 1 : 0))
            .replace("=2C", ",").replace("=3D", "=");
        String token = Arrays.stream(fields).filter(field -> field.startsWith("auth=Bearer "))
            .map(field -> field.substring("auth=Bearer ".length())).findFirst().orElse("");
        if (!token.equals(settings.credentials().secret()) && !ask(TOKEN_REFUSED).equals(standard ? "\1" : "")) {
            throw malformed("the answer to an error is ^A in OAUTHBEARER and empty in XOAUTH2");
        }
        decide(user, token, "");
    }

    /** The initial response, or the answer to this. */
    private String first(String prompt) throws IOException, Over {
        return initial == null ? ask(prompt) : decode(initial.equals("=") ? "" : initial);
    }

    private String ask(String prompt) throws IOException, Over {
        challenges++;
        int code = session.react(behaviour.onChallenge(connection, mechanism, challenges),
            "334 " + Base64.getEncoder().encodeToString(prompt.getBytes(UTF_8)), Session.accepted(() ->
                connection.authenticatedAs(settings.credentials().user())));
        if (code != 334) {
            throw new Over();
        }
        String line = session.readLine();
        if (line == null) {
            throw new ConnectionEnded(Ending.EOF);
        }
        if (line.equals("*")) {
            reply("501 5.7.0 cancelled");
            throw new Over();
        }
        return decode(line);
    }

    private String decode(String response) throws IOException, Over {
        try {
            return new String(Base64.getDecoder().decode(response), UTF_8);
        } catch (IllegalArgumentException notBase64) {
            throw malformed("a response that is not in base64");
        }
    }

    private Over malformed(String what) throws IOException {
        session.violation(Kind.MALFORMED_COMMAND, what);
        reply("501 5.5.2 cannot read that");
        return new Over();
    }

    private void decide(String user, String secret, String authorizationId) throws IOException {
        boolean right = user.equals(settings.credentials().user()) && secret.equals(settings.credentials().secret());
        session.react(behaviour.onAuth(connection, user, secret),
            right ? "235 2.7.0 welcome" : "535 5.7.8 wrong user or secret",
            Session.accepted(() -> {
                connection.authenticatedAs(user);
                connection.authorizedAs(authorizationId);
            }));
    }

    private void reply(String text) throws IOException {
        session.react(Reaction.proceed(), text, code -> { });
    }
}
