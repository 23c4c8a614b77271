// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.read.ListAppender;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postlane.smtp.sasl.Credentials;
import org.postlane.smtp.sasl.SaslMechanism;
import org.postlane.testing.Behaviour;
import org.postlane.testing.Reaction;
import org.postlane.testing.ScriptedBehaviour;
import org.postlane.testing.SmtpServer;
import org.slf4j.LoggerFactory;

/**
 * With every logger at TRACE, nothing that is logged, thrown or printed holds the secret, its base64, or a line that was
 * sent in an AUTH dialogue: whatever the server does at whatever step.
 */
class AuthSecrecyTest {
    @RegisterExtension
    static final SmtpFixture SMTP = new SmtpFixture();

    private static final String SECRET = "Hunter2-is-No-Secret.But-This-Is";

    private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final List<String> texts = new ArrayList<>();
    private Level before;

    @BeforeEach
    void listen() {
        before = root.getLevel();
        root.setLevel(Level.TRACE);
        log.start();
        root.addAppender(log);
    }

    @AfterEach
    void stopListening() {
        root.detachAppender(log);
        root.setLevel(before);
    }

    private static List<ScriptedBehaviour> misdeeds() {
        List<ScriptedBehaviour> all = new ArrayList<>();
        all.add(Behaviour.accepting());
        for (String reply : new String[] {"535 5.7.8 no", "454 4.7.0 later", "421 4.3.2 closing", "334 YQ==", "250", "garbage",
            "500 5.5.2 what is " + SECRET + " or " + encode(SECRET), SECRET, "535-a\n434 " + SECRET}) {
            all.add(Behaviour.accepting().auth(Reaction.reply(reply)));
            all.add(Behaviour.accepting().challenge(1, Reaction.reply(reply)));
            all.add(Behaviour.accepting().challenge(2, Reaction.reply(reply)));
        }
        all.add(Behaviour.accepting().auth(Reaction.close()));
        all.add(Behaviour.accepting().auth(Reaction.reset()));
        all.add(Behaviour.accepting().auth(Reaction.silence()));
        // A server that repeats what it was told, as some do with commands that they do not understand.
        Reaction echo = turn -> {
            List<String> said = turn.connection().clientLines();
            turn.send("500 5.5.1 Command unrecognized: \"" + said.get(said.size() - 1) + "\"");
        };
        all.add(Behaviour.accepting().auth(echo));
        all.add(Behaviour.accepting().challenge(1, echo));
        all.add(Behaviour.accepting().challenge(2, echo));
        return all;
    }

    private static String encode(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @EnumSource(SaslMechanism.class)
    void nothingShowsASecretOrWhatIsMadeOfIt(SaslMechanism mechanism) throws Exception {
        SMTP.expectViolations();
        boolean token = mechanism == SaslMechanism.OAUTHBEARER || mechanism == SaslMechanism.XOAUTH2;
        Credentials credentials = (token ? Credentials.bearer("user", SECRET) : Credentials.password("user", SECRET))
            .allowedWithoutTls(true).withMechanism(mechanism);
        List<String> secrets = new ArrayList<>(List.of(SECRET, encode(SECRET)));
        for (ScriptedBehaviour behaviour : misdeeds()) {
            SmtpServer server = SMTP.start(SmtpServer.builder().behaviour(behaviour).auth("user", SECRET)
                .mechanisms(mechanism.saslName()));
            SessionSettings settings = SmtpFixture.settings(server, SmtpFixture.SHORT).credentials(credentials).build();
            texts.add(credentials + " " + credentials.describe() + " " + settings);
            try {
                SmtpConnection connection = SMTP.client().connect(settings)
                    .get(SmtpFixture.AMPLE.toMillis(), TimeUnit.MILLISECONDS);
                texts.add(connection + " " + connection.settings() + " " + connection.capabilities());
                connection.abort();
            } catch (ExecutionException e) {
                StringWriter text = new StringWriter();
                e.printStackTrace(new PrintWriter(text));
                texts.add(text.toString());
                texts.add(((SmtpException) e.getCause()).failure().reply().map(Reply::toString).orElse(""));
            }
            // Everything after EHLO that is neither the name of a mechanism nor a sign of four characters or less.
            server.connections().get(0).clientLines().stream().filter(line -> !line.startsWith("EHLO"))
                .map(line -> line.substring(line.lastIndexOf(' ') + 1))
                .filter(line -> line.length() > 4 && SaslMechanism.of(line).isEmpty()).forEach(secrets::add);
        }
        root.detachAppender(log);
        log.list.stream().map(event -> event.getFormattedMessage() + " " + ThrowableProxyUtil.asString(event.getThrowableProxy()))
            .forEach(texts::add);
        assertThat(secrets).as("responses that the servers saw").hasSizeGreaterThan(10);
        assertThat(texts).isNotEmpty().allSatisfy(text -> assertThat(text).doesNotContain(secrets));
    }
}
