// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postlane.testing.Reaction.reply;

import ch.qos.logback.classic.Level;
import org.junit.jupiter.api.Test;
import org.postlane.testing.Behaviour;
import org.postlane.testing.ScriptedBehaviour;
import org.postlane.testing.SmtpServer;

/** The lines of the log of deliveries. */
class DeliveryLogTest {
    @Test
    void everyOutcomeIsOneLineOfTheDeliveryLog() throws Exception {
        ScriptedBehaviour behaviour = Behaviour.accepting().rcpt("y@a.test", reply("550 5.1.1 nobody"));
        try (LoggedLines lines = LoggedLines.of("org.postlane.delivery", Level.INFO);
             SmtpServer server = SmtpServer.with(behaviour); Delivery delivery = new Delivery().domain("a.test", server)) {
            delivery.start("bounceProcessor", "failed");
            delivery.send("logged", "x@a.test", "y@a.test");
            delivery.settled();
            String sender = Integer.toHexString("sender@home.test".hashCode());
            String way = "mail=logged delivery=logged/58/" + sender
                + " queue=outgoing destination=a.test host=127.0.0.1[127.0.0.1]:"
                + server.port() + " attempt=1 ";
            assertThat(lines.containing("mail=logged")).hasSize(2)
                .anyMatch(line -> line.startsWith("outcome=delivered to=x@a.test from=sender@home.test " + way)
                    && line.contains(" reused=false tls=false code=250 "))
                .anyMatch(line -> line.startsWith("outcome=failed to=y@a.test from=sender@home.test " + way)
                    && line.endsWith(" code=550 dsn=5.1.1 fault=recipient reply=\"550 5.1.1 nobody\""));
        }
    }

    @Test
    void whoIsGivenUpHasOneMoreLineThatSaysSo() throws Exception {
        ScriptedBehaviour behaviour = Behaviour.accepting().rcpt("x@a.test", reply("450 4.2.0 later"));
        try (LoggedLines lines = LoggedLines.of("org.postlane.delivery", Level.INFO);
             SmtpServer server = SmtpServer.with(behaviour); Delivery delivery = new Delivery().domain("a.test", server)) {
            delivery.start("delayTime", "10", "maxRetries", "1");
            delivery.send("spent", "x@a.test");
            delivery.settled(2);
            assertThat(lines.containing("mail=spent")).hasSize(3)
                .last().asString().startsWith("outcome=failed to=x@a.test")
                .endsWith("reply=\"Given up; the last was: 450 4.2.0 later\"");
        }
    }
}
