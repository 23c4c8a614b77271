// SPDX-License-Identifier: Apache-2.0
package org.postlane.lane;

import static org.awaitility.Awaitility.await;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import javax.mail.MessagingException;

import org.apache.james.core.MailAddress;
import org.apache.james.core.builder.MimeMessageBuilder;
import org.apache.james.mailetcontainer.api.MailProcessor;
import org.apache.james.metrics.api.NoopGaugeRegistry;
import org.apache.james.server.core.MailImpl;
import org.apache.mailet.Mail;
import org.apache.mailet.base.test.FakeMailContext;
import org.apache.mailet.base.test.FakeMailetConfig;
import org.postlane.james.StopTime;
import org.postlane.mailet.DeliverByType;
import org.postlane.recipient.TestDirectory;

/** Lanes on memory queues, a memory directory, and processors that a test can change. */
public final class TestLanes implements MailProcessor {
    public static final String LOCAL = "ann@example.org";
    public static final String VIRTUAL = "team@example.org";
    public static final String RELAY = "bob@relayed.example";
    public static final String EXTERNAL = "bob@elsewhere.example";
    public static final String UNKNOWN = "nobody@example.org";

    /** What a processor got. */
    public static final class Delivery {
        public final String processor;
        public final String name;
        public final List<String> recipients;
        public final Mail copy;

        private Delivery(Mail mail) throws MessagingException {
            processor = mail.getState();
            name = mail.getName();
            recipients = mail.getRecipients().stream().map(MailAddress::asString).collect(Collectors.toList());
            copy = MailImpl.duplicate(mail);
        }

        @Override
        public String toString() {
            return processor + recipients;
        }
    }

    public final TestDirectory directory;
    public final TestQueues queues = new TestQueues();
    public final List<Delivery> deliveries = new CopyOnWriteArrayList<>();
    public final Lanes lanes;
    public final StopTime stopTime;
    public volatile boolean started = true;
    private final Map<String, MailProcessor> processors = new ConcurrentHashMap<>();

    public TestLanes() throws Exception {
        this(new StopTime());
    }

    public TestLanes(StopTime stopTime) throws Exception {
        this.stopTime = stopTime;
        directory = TestDirectory.create();
        directory.relayDomains.declare("mailetcontainer.xml", "relayed.example");
        lanes = new Lanes(queues, () -> this, () -> started, directory.metrics, new NoopGaugeRegistry(), stopTime, queues.clock);
    }

    public void onProcessor(String state, MailProcessor processor) {
        processors.put(state, processor);
    }

    @Override
    public void service(Mail mail) throws MessagingException {
        processors.getOrDefault(mail.getState(), any -> { }).service(mail);
        deliveries.add(new Delivery(mail));
        mail.setState(Mail.GHOST);
    }

    public DeliverByType mailet(String... parameters) throws MessagingException {
        DeliverByType mailet = new DeliverByType(directory.classifier(), directory.relayDomains, lanes, queues);
        FakeMailetConfig.Builder config = FakeMailetConfig.builder()
            .mailetName("DeliverByType").mailetContext(FakeMailContext.defaultContext());
        for (int i = 0; i < parameters.length; i += 2) {
            config.setProperty(parameters[i], parameters[i + 1]);
        }
        mailet.init(config.build());
        return mailet;
    }

    public static MailImpl mail(String... recipients) throws Exception {
        return mail("Mail1", List.of(recipients));
    }

    public static MailImpl mail(String name, Collection<String> recipients) throws Exception {
        return MailImpl.builder().name(name).sender("sender@elsewhere.example").state("transport")
            .addRecipients(recipients.toArray(String[]::new))
            .mimeMessage(MimeMessageBuilder.mimeMessageBuilder().setSubject("subject").setText("text").build())
            .build();
    }

    public List<String> delivered() {
        return deliveries.stream().map(Delivery::toString).sorted().collect(Collectors.toList());
    }

    public void awaitDeliveries(String... expected) {
        await().untilAsserted(() -> org.assertj.core.api.Assertions.assertThat(delivered()).containsExactlyInAnyOrder(expected));
    }

    public int count(String lane, String metric) {
        return directory.metrics.countFor("postlane.lane-" + lane + "." + metric);
    }
}
