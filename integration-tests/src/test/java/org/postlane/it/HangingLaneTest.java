// SPDX-License-Identifier: Apache-2.0
package org.postlane.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.postlane.testing.SmtpServer;

class HangingLaneTest {
    @Test
    void aLaneThatHangsDoesNotDelayTheLocalCopy() throws Exception {
        try (SmtpServer relayed = SmtpServer.accepting();
             JamesUnderTest james = JamesUnderTest.postlane()
                 .replace("mailetcontainer.xml", "<processor state=\"external\" enableJmx=\"true\">",
                     "<processor state=\"external\" enableJmx=\"true\">"
                         + "<mailet match=\"All\" class=\"org.postlane.it.HangingMailet\"/>")
                 .domain("local.test").user("alice@local.test").user("bob@local.test")
                 .mx("relay.test", relayed.port())
                 .start()) {
            try {
                // More than the lane and the spooler have threads.
                for (int i = 0; i < 40; i++) {
                    james.send("alice@local.test", List.of("bob@local.test", "rita@relay.test", "eve@external.test"),
                        "Subject: hang " + i + "\n\nhello\n");
                }
                await().atMost(Duration.ofMinutes(2)).untilAsserted(() -> {
                    assertThat(james.inbox("bob@local.test")).hasSize(40);
                    assertThat(relayed.received()).hasSize(40);
                });
                assertThat(HangingMailet.hanging()).isPositive().isLessThan(40);
            } finally {
                HangingMailet.letGo();
            }
        }
    }
}
