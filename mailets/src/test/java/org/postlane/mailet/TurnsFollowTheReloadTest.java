// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import static org.postlane.mailet.Delivery.eventually;
import static org.postlane.testing.Reaction.proceed;
import static org.postlane.testing.Reaction.stall;

import org.junit.jupiter.api.Test;
import org.postlane.outbound.settings.AgreedSettings;
import org.postlane.testing.Behaviour;
import org.postlane.testing.ScriptedBehaviour;
import org.postlane.testing.SmtpServer;
import org.postlane.testing.Stall;

/** A queue has as many attempts under way as the pool may have connections, whenever that was said. */
class TurnsFollowTheReloadTest {
    private static final int MAILS = 8;

    @Test
    void aHigherMaxConnectionsBeginsMoreAttemptsWithoutARestart() throws Exception {
        Stall stall = new Stall();
        ScriptedBehaviour behaviour = Behaviour.accepting().mail(stall(stall).then(proceed()));
        try (SmtpServer server = SmtpServer.with(behaviour); Delivery delivery = new Delivery()) {
            PooledRemoteDelivery mailet = delivery.start("maxConnections", "4", "maxConnectionsPerHost", "4");
            for (int i = 0; i < MAILS; i++) {
                delivery.domain("d" + i + ".test", server).send("m" + i, "x@d" + i + ".test");
            }
            eventually().until(() -> stall.waiting() == 3 && delivery.destination("d7.test").waiting() == 1);
            mailet.limit(AgreedSettings.NONE);
            eventually().until(() -> stall.waiting() == MAILS);
            stall.release();
            // Which of them arrive now is not the matter: where all this took long, some have given way to others.
            delivery.settled(MAILS);
        }
    }
}
