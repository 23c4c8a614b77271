// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.operations;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import org.apache.james.core.MailAddress;
import org.apache.james.metrics.api.Gauge;
import org.apache.james.metrics.api.Metric;
import org.apache.james.metrics.api.NoopGaugeRegistry;
import org.apache.james.metrics.api.TimeMetric;
import org.apache.james.metrics.tests.RecordingMetricFactory;
import org.apache.james.queue.api.MailQueueName;
import org.apache.james.server.core.MailImpl;
import org.junit.jupiter.api.Test;
import org.postlane.outbound.mail.Passage;
import org.postlane.outbound.mail.Verdict;
import org.postlane.pool.DiscardReason;
import org.postlane.schedule.DestinationStatus;
import org.postlane.smtp.Fault;
import org.postlane.smtp.PhaseListener;
import org.postlane.smtp.RecipientResult;
import org.slf4j.LoggerFactory;

/** Holds metrics and log fields in {@code docs/outbound.md} and the code together. */
class OutboundDocumentTest {
    private static final Path DOCUMENT = Path.of("..", "docs", "outbound.md");

    /** Every name under which anything is measured. */
    private static Set<String> metrics() {
        Set<String> names = new TreeSet<>();
        OutboundMetrics metrics = new OutboundMetrics(new RecordingMetricFactory() {
            @Override
            public Metric generate(String name) {
                names.add(name);
                return super.generate(name);
            }

            @Override
            public TimeMetric timer(String name) {
                names.add(name);
                return super.timer(name);
            }
        }, new NoopGaugeRegistry() {
            @Override
            public <T> NoopGaugeRegistry register(String name, Gauge<T> gauge) {
                names.add(name);
                return this;
            }
        });
        metrics.watchPool(() -> null, () -> null);
        metrics.watchDestinations(new QueueDestinations());
        metrics.watchJournal(Optional::empty);
        metrics.watchHealth(new CriticalStates(Clock.systemUTC()));
        metrics.watchSharedLimits(() -> false, () -> 0L);
        metrics.watchQueue(MailQueueName.of("NAME"), new QueueInHand() {
            @Override
            public int mails() {
                return 0;
            }

            @Override
            public long octets() {
                return 0;
            }

            @Override
            public Optional<Duration> oldest() {
                return Optional.empty();
            }
        }, () -> 0L, Optional::empty);
        for (OutboundMetrics.Stage stage : OutboundMetrics.Stage.values()) {
            metrics.start(stage).end();
        }
        for (PhaseListener.Phase phase : PhaseListener.Phase.values()) {
            metrics.begin(phase).end();
        }
        return names;
    }

    @Test
    void everyMetricHasARowAndEveryRowAMetric() throws IOException {
        String text = Files.readString(DOCUMENT);
        Set<String> documented = new TreeSet<>();
        Matcher rows = Pattern.compile("(?m)^\\| `(postlane\\.[A-Za-z0-9.]+)`").matcher(text);
        while (rows.find()) {
            documented.add(rows.group(1));
        }
        for (DestinationStatus.State state : DestinationStatus.State.values()) {
            assertThat(text).contains("`" + OutboundMetrics.camel(state) + "`");
        }
        for (DiscardReason reason : DiscardReason.values()) {
            assertThat(text).contains("`" + reason + "`");
        }
        Set<String> shown = new TreeSet<>();
        for (String name : metrics()) {
            shown.add(name.replaceFirst("discarded\\..*", "discarded.REASON")
                .replaceFirst("destinations\\.(?!waiting|underWay).*", "destinations.STATE")
                .replaceFirst("timeInQueue\\.p9.", "timeInQueue.p50").replaceFirst("timeInQueue\\.(upTo.*|longer)",
                    "timeInQueue.upTo1s"));
        }
        assertThat(documented).isEqualTo(shown);
    }

    @Test
    void everyFieldOfTheLogOfDeliveriesHasARow() throws Exception {
        Logger logger = (Logger) LoggerFactory.getLogger("org.postlane.delivery");
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        logger.setLevel(Level.INFO);
        logger.addAppender(lines);
        try {
            OutcomeLog log = new OutcomeLog(MailQueueName.of("outgoing"),
                new OutboundMetrics(new RecordingMetricFactory(), new NoopGaugeRegistry()), Clock.systemUTC());
            MailAddress recipient = new MailAddress("a@b.test");
            log.record(MailImpl.builder().name("mail").sender("x@y.test").addRecipient(recipient).build(),
                new Verdict(recipient, RecipientResult.deferred(Fault.POLICY, "4.7.0 no TLS\nmail=forged"), "-")
                    .by(new Passage(true, false)), "b.test", "id");
        } finally {
            logger.detachAppender(lines);
            logger.setLevel(null);
        }
        String line = lines.list.get(0).getFormattedMessage();
        assertThat(line).isEqualTo("outcome=deferred to=a@b.test from=x@y.test mail=mail delivery=id queue=outgoing "
            + "destination=b.test host=- attempt=1 queued_s=0.000 reused=true tls=false dsn=4.7.0 fault=policy "
            + "reply=\"4.7.0 no TLS\\u000amail=forged\"");
        String text = Files.readString(DOCUMENT);
        Matcher fields = Pattern.compile("(\\w+)=(\"[^\"]*\"|\\S+)").matcher(line);
        while (fields.find()) {
            assertThat(text).containsPattern("(?m)^\\| .*`" + fields.group(1) + "`.* \\| .+ \\| .+ \\|$");
        }
    }
}
