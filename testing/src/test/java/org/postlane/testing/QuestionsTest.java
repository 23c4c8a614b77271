// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.postlane.testing.Reaction.reply;

import org.junit.jupiter.api.Test;
import org.postlane.testing.Violation.Kind;

class QuestionsTest {

    @Test
    void vrfyExpnAndHelpAreAnsweredAsServersUsuallyDo() {
        try (SmtpServer server = SmtpServer.accepting(); SmtpDialogue client = SmtpDialogue.connect(server.address())) {
            client.expect(220);
            client.command("VRFY postmaster", 252);
            client.command("EXPN list", 252);
            assertThat(client.command("HELP", 214).lines()).hasSize(2);
            assertThat(client.command("HELP MAIL", 214).lines()).hasSize(2);
            assertThat(server.violations()).isEmpty();
            assertThat(server.statistics().commands("VRFY")).isEqualTo(1);
        }
    }

    @Test
    void theyCanBeTaughtOtherwise() {
        Behaviour behaviour = Behaviour.accepting()
            .vrfy(reply("550 5.1.1 nobody"))
            .expn(reply("250-2.1.5 <a@y>\n250 2.1.5 <b@y>"))
            .help(reply("502 5.5.1 no help"));
        try (SmtpServer server = SmtpServer.with(behaviour); SmtpDialogue client = SmtpDialogue.greeted(server.address())) {
            client.command("VRFY <c@y>", 550);
            assertThat(client.command("EXPN list", 250).lines()).containsExactly("250-2.1.5 <a@y>", "250 2.1.5 <b@y>");
            client.command("HELP", 502);
        }
    }

    @Test
    void aBehaviourLearnsWhatIsAsked() {
        Behaviour echo = new Behaviour() {
            @Override
            public Reaction onVrfy(Connection connection, String argument) {
                return reply("250 vrfy " + argument);
            }

            @Override
            public Reaction onExpn(Connection connection, String list) {
                return reply("250 expn " + list);
            }

            @Override
            public Reaction onHelp(Connection connection, String argument) {
                return reply("214 help " + argument);
            }
        };
        try (SmtpServer server = SmtpServer.with(echo); SmtpDialogue client = SmtpDialogue.greeted(server.address())) {
            assertThat(client.command("VRFY a b").text()).isEqualTo("250 vrfy a b");
            assertThat(client.command("expn c").text()).isEqualTo("250 expn c");
            assertThat(client.command("HELP d").text()).isEqualTo("214 help d");
        }
    }

    @Test
    void aQuestionAboutNobodyIsMalformed() {
        try (SmtpServer server = SmtpServer.accepting(); SmtpDialogue client = SmtpDialogue.greeted(server.address())) {
            client.command("VRFY", 501);
            client.command("EXPN", 501);
            assertThat(server.violations()).extracting(Violation::kind)
                .containsExactly(Kind.MALFORMED_COMMAND, Kind.MALFORMED_COMMAND);
        }
    }

    @Test
    void aNameBeyondAsciiNeedsSmtpUtf8() {
        try (SmtpServer server = SmtpServer.builder().extensions("SMTPUTF8").start();
                SmtpDialogue client = SmtpDialogue.greeted(server.address())) {
            client.command("VRFY j\u00f6rg SMTPUTF8", 252);
            assertThat(server.violations()).isEmpty();
            client.command("VRFY j\u00f6rg", 252);
            assertThat(server.violations()).extracting(Violation::kind).containsExactly(Kind.UNANNOUNCED_8BIT);
        }
    }

    @Test
    void aQuestionMustBeTheLastOfItsGroup() {
        try (SmtpServer server = SmtpServer.accepting(); SmtpDialogue client = SmtpDialogue.greeted(server.address())) {
            client.sendBytes("VRFY a\r\nRSET\r\n".getBytes(US_ASCII)).expect(252);
            client.expect(250);
            assertThat(server.violations()).extracting(Violation::kind).containsExactly(Kind.NOT_LAST_IN_GROUP);
        }
    }
}
