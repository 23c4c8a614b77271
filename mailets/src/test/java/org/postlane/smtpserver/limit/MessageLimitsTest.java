// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import org.apache.james.metrics.tests.RecordingMetricFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.postlane.james.ConfigurationError;
import org.postlane.smtpserver.HandlerServer;
import org.postlane.smtpserver.Rejection.Reason;
import org.postlane.smtpserver.Rejections;

class MessageLimitsTest {
    private final RecordingMetricFactory metrics = new RecordingMetricFactory();
    private final UserMessages users = new UserMessages();
    private HandlerServer server;

    @AfterEach
    void close() {
        if (server != null) {
            server.close();
        }
    }

    private MessageLimits limits(String element) {
        MessageLimits limits = new MessageLimits(new Rejections(metrics), users);
        limits.init(HandlerServer.element(element));
        return limits;
    }

    private static void sendOne(HandlerServer.Client client) throws Exception {
        assertThat(client.mail("ann@example.org")).startsWith("250");
        assertThat(client.send("RSET")).startsWith("250");
    }

    @Test
    void aMessageTooManyFromAnAddressIsAnswered450OverAllItsConnections() throws Exception {
        server = HandlerServer.with(metrics, limits("<messagesPerHourPerAddress>2</messagesPerHourPerAddress>"
            + "<trustedNetworks>none</trustedNetworks>"));
        try (HandlerServer.Client one = server.from("127.0.0.2").greeted();
                HandlerServer.Client two = server.from("127.0.0.2").greeted();
                HandlerServer.Client other = server.from("127.0.0.3").greeted()) {
            sendOne(one);
            sendOne(two);
            assertThat(one.mail("ann@example.org"))
                .startsWith("450 4.7.1 Too many messages from 127.0.0.2 within an hour");
            assertThat(two.mail("ann@example.org")).startsWith("450 4.7.1 ");
            sendOne(other);
        }
        assertThat(server.refused(Reason.TOO_MANY_MESSAGES_PER_ADDRESS)).isEqualTo(2);
    }

    @Test
    void aUserHasOneLimitOverAllListeners() throws Exception {
        server = HandlerServer.with(metrics, limits("<messagesPerHourPerUser>2</messagesPerHourPerUser>"));
        try (HandlerServer second = HandlerServer.with(metrics, limits("<messagesPerHourPerUser>2</messagesPerHourPerUser>"));
                HandlerServer.Client here = server.from("127.0.0.2").greeted().asUser("ann@example.org");
                HandlerServer.Client there = second.from("127.0.0.3").greeted().asUser("Ann@example.org");
                HandlerServer.Client other = second.from("127.0.0.3").greeted().asUser("bob@example.org");
                HandlerServer.Client nobody = server.from("127.0.0.2").greeted()) {
            sendOne(here);
            sendOne(there);
            assertThat(here.mail("ann@example.org"))
                .startsWith("450 4.7.1 Too many messages from ann@example.org within an hour");
            assertThat(there.mail("ann@example.org")).startsWith("450 4.7.1 ");
            sendOne(other);
            sendOne(nobody);
        }
    }

    @Test
    void whoIsRefusedForHisAddressHasSentNothingAsAUser() throws Exception {
        server = HandlerServer.with(metrics, limits("<messagesPerHourPerUser>2</messagesPerHourPerUser>"
            + "<messagesPerHourPerAddress>1</messagesPerHourPerAddress><trustedNetworks>none</trustedNetworks>"));
        try (HandlerServer.Client full = server.from("127.0.0.2").greeted().asUser("ann@example.org");
                HandlerServer.Client free = server.from("127.0.0.3").greeted().asUser("ann@example.org")) {
            sendOne(full);
            assertThat(full.mail("ann@example.org")).startsWith("450 4.7.1 ").contains("127.0.0.2");
            sendOne(free);
        }
    }

    @Test
    void differentLimitsForUsersStopTheStart() {
        limits("<messagesPerHourPerUser>2</messagesPerHourPerUser>");
        assertThatThrownBy(() -> limits("<messagesPerHourPerUser>3</messagesPerHourPerUser>"))
            .isInstanceOf(ConfigurationError.class)
            .hasMessageContaining("<messagesPerHourPerUser>3<").hasMessageContaining("one limit for all listeners");
    }

    @Test
    void aRateAllowsSoManyAtOnceAndThenOneForEachPartOfTheHour() {
        AtomicLong nanos = new AtomicLong(-5);
        MessageRate rate = new MessageRate(60, nanos::get, 100);
        for (int i = 0; i < 60; i++) {
            assertThat(rate.take("a")).isTrue();
        }
        assertThat(rate.take("a")).isFalse();
        assertThat(rate.take("b")).isTrue();
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(59));
        assertThat(rate.take("a")).isFalse();
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
        assertThat(rate.take("a")).as("those that were refused have not counted").isTrue();
        assertThat(rate.take("a")).isFalse();
    }

    @Test
    void itRemembersBoundedlyManyAndNobodyForMoreThanAnHour() {
        AtomicLong nanos = new AtomicLong();
        MessageRate rate = new MessageRate(1, nanos::get, 100);
        for (int i = 0; i < 10_000; i++) {
            rate.take("client" + i);
        }
        assertThat(rate.counted()).isLessThanOrEqualTo(100);
        nanos.addAndGet(TimeUnit.HOURS.toNanos(1) + 1);
        assertThat(rate.counted()).isZero();
    }
}
