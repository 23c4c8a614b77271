// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.net.InetAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import javax.mail.MessagingException;
import javax.mail.internet.MimeMessage;

import com.google.common.net.InetAddresses;
import org.apache.commons.configuration2.HierarchicalConfiguration;
import org.apache.commons.configuration2.ex.ConfigurationException;
import org.apache.commons.configuration2.tree.ImmutableNode;
import org.apache.james.core.Domain;
import org.apache.james.core.MailAddress;
import org.apache.james.dnsservice.api.DNSService;
import org.apache.james.dnsservice.api.InMemoryDNSService;
import org.apache.james.domainlist.lib.DomainListConfiguration;
import org.apache.james.domainlist.memory.MemoryDomainList;
import org.apache.james.filesystem.api.FileSystem;
import org.apache.james.lifecycle.api.LifecycleUtil;
import org.apache.james.metrics.api.Gauge;
import org.apache.james.metrics.api.NoopGaugeRegistry;
import org.apache.james.metrics.tests.RecordingMetricFactory;
import org.apache.james.queue.api.MailQueueFactory;
import org.apache.james.queue.api.MailQueueName;
import org.apache.james.server.core.MailImpl;
import org.apache.james.server.core.MimeMessageInputStreamSource;
import org.apache.james.server.core.MimeMessageWrapper;
import org.apache.james.server.core.configuration.Configuration;
import org.apache.james.server.core.configuration.FileConfigurationProvider;
import org.apache.james.util.LoggingLevel;
import org.apache.mailet.base.test.FakeMailetConfig;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.postlane.james.FilesIn;
import org.postlane.james.JamesFiles;
import org.postlane.james.StopTime;
import org.postlane.outbound.EngineJournal;
import org.postlane.outbound.EngineTime;
import org.postlane.outbound.OutboundEngine;
import org.postlane.outbound.operations.CriticalStates;
import org.postlane.outbound.operations.OutboundMetrics;
import org.postlane.outbound.operations.QueueDestinations;
import org.postlane.outbound.settings.AgreedJournal;
import org.postlane.recipient.RelayDomains;
import org.postlane.schedule.DestinationStatus;
import org.postlane.testing.SmtpServer;

/** A PooledRemoteDelivery with all that James gives it, in memory. The domains that a test registers lead to its own servers. */
final class Delivery implements AutoCloseable {
    static final String SENDER = "sender@home.test";

    final InMemoryDNSService records = new InMemoryDNSService();
    final WatchedQueues queues = new WatchedQueues(Clock.systemUTC());
    final RecordingContext context = new RecordingContext();
    final TestRepositories repositories = new TestRepositories();
    final RecordingMetricFactory metrics = new RecordingMetricFactory();
    final Map<String, Gauge<?>> gauges = new ConcurrentHashMap<>();
    final AtomicBoolean started = new AtomicBoolean(true);
    final CriticalStates criticalStates = new CriticalStates(Clock.systemUTC());
    final QueueDestinations destinations = new QueueDestinations();
    final OutboundEngine engine;
    final RelayDomains relayDomains = new RelayDomains(FilesIn.nowhere());
    /** The text of the mailetcontainer.xml that a reload reads. */
    final AtomicReference<String> file = new AtomicReference<>("<mailetcontainer/>");
    final ContainerReload reload = new ContainerReload(this::fileAsConfiguration, TestFiles.IN_TEMP,
        new Configuration.ConfigurationPath(FileSystem.FILE_PROTOCOL_AND_CONF), this::mailet, relayDomains);
    Clock clock = Clock.systemUTC();
    DNSService dns = records;
    MailQueueFactory<?> factory = queues;
    private final List<PooledRemoteDelivery> mailets = new ArrayList<>();

    Delivery() {
        this(EngineTime.SYSTEM);
    }

    Delivery(EngineTime time) {
        engine = new OutboundEngine(started::get, new OutboundMetrics(metrics, new NoopGaugeRegistry() {
                @Override
                public <T> NoopGaugeRegistry register(String name, Gauge<T> gauge) {
                    gauges.put(name, gauge);
                    return this;
                }
            }),
            criticalStates, destinations, new EngineJournal(new JamesFiles(TestFiles.IN_TEMP), criticalStates),
            new StopTime(Duration.ofSeconds(5), System::nanoTime), time);
    }

    static ConditionFactory eventually() {
        return Awaitility.await().pollInterval(Duration.ofMillis(10));
    }

    /** Registers a domain whose MX records name these servers, best first. */
    Delivery domain(String name, SmtpServer... servers) {
        return mx(name, Arrays.stream(servers).map(server -> "127.0.0.1:" + server.port()).toArray(String[]::new));
    }

    /** Registers a domain with these MX records, best first. */
    Delivery mx(String name, String... hosts) {
        records.registerRecord(name, List.of(), List.of(hosts), List.of());
        return this;
    }

    Delivery host(String name, String... addresses) {
        records.registerRecord(name, Arrays.stream(addresses).map(InetAddresses::forString).map(InetAddress.class::cast).toList(),
            List.of(), List.of());
        return this;
    }

    /** Starts a mailet with these parameters: key, value, key, value. */
    PooledRemoteDelivery start(String... parameters) throws MessagingException {
        PooledRemoteDelivery mailet = mailet();
        FakeMailetConfig.Builder config = FakeMailetConfig.builder()
            .mailetName("org.postlane.mailet.PooledRemoteDelivery").mailetContext(context.context());
        if (!Arrays.asList(parameters).contains(AgreedJournal.JOURNAL)) {
            config.setProperty(AgreedJournal.JOURNAL, AgreedJournal.NONE);
        }
        for (int i = 0; i < parameters.length; i += 2) {
            config.setProperty(parameters[i], parameters[i + 1]);
        }
        mailet.init(config.build());
        mailets.add(mailet);
        return mailet;
    }

    private HierarchicalConfiguration<ImmutableNode> fileAsConfiguration(String name, LoggingLevel level)
        throws ConfigurationException {
        return FileConfigurationProvider.getConfig(new ByteArrayInputStream(file.get().getBytes(UTF_8)));
    }

    PooledRemoteDelivery mailet() {
        return new PooledRemoteDelivery(engine, dns, domains(), factory, repositories.known(), metrics, clock,
            new JamesFiles(TestFiles.IN_TEMP), reload);
    }

    private MemoryDomainList domains() {
        try {
            MemoryDomainList domains = new MemoryDomainList(records);
            domains.configure(DomainListConfiguration.builder().autoDetect(false).autoDetectIp(false)
                .defaultDomain(Domain.of("home.test")).build());
            return domains;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** What there is of a destination of the default queue; empty figures before its first mail. */
    DestinationStatus destination(String name) {
        return destinations.find(MailQueueName.of("outgoing"), name).orElseThrow();
    }

    /** Gives a mail to the first mailet. */
    void send(MailImpl mail) throws MessagingException {
        try {
            mailets.get(0).service(mail);
        } finally {
            LifecycleUtil.dispose(mail);
        }
    }

    void send(String name, String... recipients) throws MessagingException {
        send(mail(name, recipients));
    }

    static MailImpl mail(String name, String... recipients) throws MessagingException {
        return mailWith(name, ("Subject: " + name + "\r\nMessage-ID: <" + name + "@home.test>\r\n\r\nHello\r\n").getBytes(UTF_8),
            recipients);
    }

    static MailImpl mailWith(String name, byte[] content, String... recipients) throws MessagingException {
        List<MailAddress> addresses = new ArrayList<>();
        for (String recipient : recipients) {
            addresses.add(new MailAddress(recipient));
        }
        MimeMessage message = new MimeMessageWrapper(
            MimeMessageInputStreamSource.create(name, new ByteArrayInputStream(content)));
        try {
            return MailImpl.builder().name(name).sender(SENDER).addRecipients(addresses).mimeMessage(message)
                .state("root").build();
        } finally {
            LifecycleUtil.dispose(message);
        }
    }

    /** Waits until every mail that was put into a queue so far, by the test and by the engine, has been settled. */
    void settled() {
        eventually().untilAsserted(() -> {
            if (queues.done.get() < queues.puts.size()) {
                throw new AssertionError(queues.done + " done of " + queues.puts);
            }
        });
    }

    void settled(int mails) {
        eventually().until(() -> queues.done.get() >= mails);
    }


    @Override
    public void close() {
        engine.close();
        mailets.forEach(PooledRemoteDelivery::destroy);
    }
}
