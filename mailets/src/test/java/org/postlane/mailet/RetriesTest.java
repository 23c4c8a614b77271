// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postlane.mailet.Delivery.eventually;
import static org.postlane.testing.Reaction.reply;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.Test;
import org.postlane.testing.Behaviour;
import org.postlane.testing.ScriptedBehaviour;
import org.postlane.testing.SmtpServer;

/** When a deferred mail is tried again, by the parameters of stock and by default. */
class RetriesTest {
    @Test
    void retriesFollowDelayTimeAndMaxRetriesAsStockDoes() throws Exception {
        ScriptedBehaviour behaviour = Behaviour.accepting().mail(reply("451 4.3.0 later"));
        try (SmtpServer server = SmtpServer.with(behaviour); Delivery delivery = new Delivery().domain("a.test", server)) {
            delivery.queues.realDelay = delay -> Duration.ZERO;
            delivery.start("delayTime", "2*1 minute, 3000", "maxRetries", "5", "bounceProcessor", "failed");
            delivery.send("mail", "x@a.test");
            delivery.settled(6);
            assertThat(delivery.queues.putBack()).extracting(WatchedQueues.Put::delay).containsExactly(Duration.ofMinutes(1),
                Duration.ofMinutes(1), Duration.ofSeconds(3), Duration.ofSeconds(3), Duration.ofSeconds(3));
            assertThat(server.statistics().commands("MAIL")).isEqualTo(6);
            assertThat(delivery.context.sentTo("failed")).hasSize(1).first().satisfies(failed ->
                assertThat(failed.attributes()).containsEntry("is-delivery-permanent-error", false)
                    .containsEntry("delivery-error-code", 451));
        }
    }

    @Test
    void fewerMaxRetriesThanDelaysAreRaisedAsStockDoes() throws Exception {
        ScriptedBehaviour behaviour = Behaviour.accepting().mail(reply("451 4.3.0 later"));
        try (SmtpServer server = SmtpServer.with(behaviour); Delivery delivery = new Delivery().domain("a.test", server)) {
            delivery.queues.realDelay = delay -> Duration.ZERO;
            delivery.start("delayTime", "10,20,30", "maxRetries", "1");
            delivery.send("mail", "x@a.test");
            eventually().until(() -> !delivery.context.reports.isEmpty());
            assertThat(delivery.queues.putBack()).extracting(put -> put.delay().toMillis()).containsExactly(10L, 20L, 30L);
        }
    }

    @Test
    void theDefaultScheduleGrowsAndExpiresByTheAgeOfTheMail() throws Exception {
        ScriptedBehaviour behaviour = Behaviour.accepting().mail(reply("451 4.3.0 later"));
        try (SmtpServer server = SmtpServer.with(behaviour); Delivery delivery = new Delivery().domain("a.test", server)) {
            Clock now = Clock.systemUTC();
            AtomicReference<Duration> later = new AtomicReference<>(Duration.ZERO);
            delivery.clock = new Clock() {
                @Override
                public ZoneId getZone() {
                    return now.getZone();
                }

                @Override
                public Clock withZone(ZoneId zone) {
                    return this;
                }

                @Override
                public Instant instant() {
                    return now.instant().plus(later.get());
                }
            };
            delivery.queues.realDelay = delay -> {
                if (delivery.queues.putBack().size() == 4) {
                    later.set(Duration.ofDays(5));
                }
                return Duration.ZERO;
            };
            delivery.start();
            delivery.send("mail", "x@a.test");
            eventually().until(() -> !delivery.context.reports.isEmpty());
            assertThat(delivery.queues.putBack()).hasSize(4);
            List<Long> seconds = delivery.queues.putBack().stream().map(put -> put.delay().toSeconds()).toList();
            for (int i = 0; i < 4; i++) {
                assertThat(seconds.get(i)).isBetween(300L << i, (360L << i) + 1);
            }
        }
    }
}
