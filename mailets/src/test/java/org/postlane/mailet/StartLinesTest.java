// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postlane.mailet.Delivery.eventually;

import java.util.List;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What the log says of an element when James starts. */
class StartLinesTest {
    private static final Logger LOGGER = (Logger) LoggerFactory.getLogger("org.postlane.outbound");
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    @BeforeEach
    void listen() {
        log.start();
        LOGGER.setLevel(Level.INFO);
        LOGGER.addAppender(log);
    }

    @AfterEach
    void stopListening() {
        LOGGER.detachAppender(log);
        LOGGER.setLevel(null);
    }

    private List<String> lines(String... parameters) throws Exception {
        try (Delivery delivery = new Delivery()) {
            delivery.start(parameters);
            eventually().until(() -> !delivery.destinations.queues().isEmpty());
            assertThat(delivery.engine.stats().open()).isZero();
        }
        return List.copyOf(log.list).stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    @Test
    void timesAreWrittenAsInTheConfiguration() throws Exception {
        assertThat(lines()).contains("Delivering the mail of queue outgoing by MX; retries: 5 min doubling to 4 h, given up after"
                + " 5 days; rates [], connection rates [], concurrency []",
            "Outbound connections: at most 1024, 8 to one host, each closed after 30 s unused, 5 min or 1000 mails");
    }

    @Test
    void itIsSaidWhereMailGoesAndNoPassword() throws Exception {
        assertThat(lines("gateway", "gw.test:2525", "gatewayUsername", "joe", "gatewayPassword", "s3cret",
            "delayTime", "5 min, 1 h", "routes", "a.test = mx; b.test, from:c.test = relay.test user=u password=s3cret"))
            .anyMatch(line -> line.startsWith("Delivering the mail of queue outgoing through gateway gw.test:2525 as joe, but for"
                + " 3 rules of <routes>; retries: 5 min, 1 h, at most 5 retries;"))
            .noneMatch(line -> line.contains("s3cret"));
    }
}
