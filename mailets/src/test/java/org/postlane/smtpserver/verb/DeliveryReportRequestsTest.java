// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.verb;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;

import org.apache.james.core.MaybeSender;
import org.apache.james.metrics.tests.RecordingMetricFactory;
import org.apache.james.protocols.api.Response;
import org.apache.james.protocols.api.handler.ConnectHandler;
import org.apache.james.protocols.smtp.SMTPSession;
import org.apache.james.protocols.smtp.hook.HookResult;
import org.apache.james.protocols.smtp.hook.MailHook;
import org.apache.mailet.DsnParameters;
import org.apache.mailet.base.test.FakeMail;
import org.junit.jupiter.api.Test;
import org.postlane.smtpserver.HandlerServer;
import org.postlane.smtpserver.Silence;

/** By themselves, without {@link SyntaxRules}. */
class DeliveryReportRequestsTest {
    /** Refuses whoever is in refused.example. */
    private static final class Choosy implements ConnectHandler<SMTPSession>, MailHook {
        private final CompletableFuture<SMTPSession> session = new CompletableFuture<>();

        @Override
        public Response onConnect(SMTPSession connected) {
            session.complete(connected);
            return Silence.RESPONSE;
        }

        @Override
        public HookResult doMail(SMTPSession connected, MaybeSender sender) {
            return sender.asString().endsWith("refused.example") ? HookResult.DENY : HookResult.DECLINED;
        }
    }

    @Test
    void theWishesOfARefusedMailAreNotThoseOfTheNext() throws Exception {
        DeliveryReportRequests requests = new DeliveryReportRequests();
        Choosy choosy = new Choosy();
        try (HandlerServer server = HandlerServer.with(new RecordingMetricFactory(), requests, choosy);
                HandlerServer.Client client = server.from("127.0.0.1").greeted()) {
            assertThat(client.send("MAIL FROM:<a@refused.example> RET=HDRS ENVID=first")).startsWith("554");
            assertThat(client.send("MAIL FROM:<a@refused.example> ENVID=a+b")).startsWith("501 5.5.4 ");
            assertThat(client.send("MAIL FROM:<b@example.org>")).startsWith("250");
            FakeMail plain = mail();
            requests.onMessage(choosy.session.get(), plain);
            assertThat(plain.dsnParameters()).isEmpty();

            client.send("RSET");
            assertThat(client.send("MAIL FROM:<b@example.org> RET=FULL")).startsWith("250");
            FakeMail full = mail();
            requests.onMessage(choosy.session.get(), full);
            assertThat(full.dsnParameters().orElseThrow().getRetParameter()).contains(DsnParameters.Ret.FULL);
            assertThat(full.dsnParameters().orElseThrow().getEnvIdParameter()).isEmpty();
        }
    }

    private static FakeMail mail() throws Exception {
        return FakeMail.builder().name("m").sender("b@example.org").recipient("ann@example.org").build();
    }
}
