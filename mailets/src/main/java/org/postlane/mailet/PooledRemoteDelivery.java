// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import java.io.IOException;
import java.time.Clock;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.inject.Inject;
import javax.mail.MessagingException;

import org.apache.james.core.Domain;
import org.apache.james.core.MailAddress;
import org.apache.james.dnsservice.api.DNSService;
import org.apache.james.domainlist.api.DomainList;
import org.apache.james.lifecycle.api.LifecycleUtil;
import org.apache.james.metrics.api.MetricFactory;
import org.apache.james.queue.api.MailPrioritySupport;
import org.apache.james.queue.api.MailQueue;
import org.apache.james.queue.api.MailQueueFactory;
import org.apache.james.server.core.MailImpl;
import org.apache.mailet.Mail;
import org.apache.mailet.MailetConfig;
import org.apache.mailet.ProcessingState;
import org.apache.mailet.base.GenericMailet;
import org.postlane.james.JamesFiles;
import org.postlane.james.Parameters;
import org.postlane.outbound.OutboundEngine;
import org.postlane.outbound.OutboundQueue;
import org.postlane.outbound.mail.DeliveryIdentity;
import org.postlane.outbound.mail.QueueTimes;
import org.postlane.outbound.mail.UncopiedContent;
import org.postlane.outbound.settings.AgreedSettings;
import org.postlane.outbound.settings.LiveSettings;
import org.postlane.outbound.settings.OutboundSettings;
import org.postlane.route.HostHealth;
import org.postlane.route.RouteTable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivers mail to remote servers over pooled connections. It takes the place of James' RemoteDelivery by changing the class
 * name; stock's parameters keep their meaning, and those that cannot are named in a warning at the start.
 *
 * <p>The mail is put into a durable queue of James, and the mailet is done with it; it is taken out again when every
 * recipient was delivered, failed and was reported, or was put back for a later attempt. Delivery is at least once: a crash
 * between the peer's answer and the queue's repeats a mail, and never loses one.
 *
 * <p>The parameters, with units, defaults and what each means, stand in {@code docs/remote-delivery.md}; a test holds that page
 * and the code together.
 *
 * <p>Any other parameter stops the start. Safe for use by several threads once initialised.
 */
public class PooledRemoteDelivery extends GenericMailet {
    private static final Logger LOGGER = LoggerFactory.getLogger(PooledRemoteDelivery.class);

    private final OutboundEngine engine;
    private final DNSService dns;
    private final DomainList domains;
    private final MailQueueFactory<?> queues;
    private final KnownRepositories repositories;
    private final MetricFactory metrics;
    private final Clock clock;
    private final JamesFiles files;
    private final ContainerReload reload;

    /** What an element says. Immutable. */
    static final class Read {
        private final Parameters parameters;
        private final OutboundSettings settings;
        private final boolean usePriority;
        private final RouteTable routes;
        private final LiveSettings live;
        private final AgreedSettings agreed;

        private Read(Parameters parameters, OutboundSettings settings, boolean usePriority, RouteTable routes,
                     LiveSettings live, AgreedSettings agreed) {
            this.parameters = parameters;
            this.settings = settings;
            this.usePriority = usePriority;
            this.routes = routes;
            this.live = live;
            this.agreed = agreed;
        }

        OutboundSettings settings() {
            return settings;
        }

        /** What it and the elements before it say about what all share. */
        AgreedSettings agreed() {
            return agreed;
        }

        Parameters parameters() {
            return parameters;
        }

        /** What may be changed later. */
        LiveSettings live() {
            return live;
        }
    }

    private OutboundSettings settings;
    private boolean usePriority;
    private MailQueue queue;
    private OutboundQueue consumer;

    /** Everything it needs is bound by James and by the Postlane module. */
    @Inject
    public PooledRemoteDelivery(OutboundEngine engine, DNSService dns, DomainList domains, MailQueueFactory<?> queues,
                                KnownRepositories repositories, MetricFactory metrics, Clock clock, JamesFiles files,
                                ContainerReload reload) {
        this.engine = engine;
        this.dns = dns;
        this.domains = domains;
        this.queues = queues;
        this.repositories = repositories;
        this.metrics = metrics;
        this.clock = clock;
        this.files = files;
        this.reload = reload;
    }

    @Override
    public void init() throws MessagingException {
        Read read = read(parameters(getMailetConfig()), engine.agreed());
        settings = read.settings;
        usePriority = read.usePriority;
        engine.agree(read.parameters);
        engine.claim(settings.queue(), read.parameters.where());
        MailQueue durable = queues.createQueue(settings.queue(), MailQueueFactory.prefetchCount(settings.inHand().mails()));
        queue = UncopiedContent.in(durable);
        consumer = new OutboundQueue(engine, durable, queues, settings, read.routes, getMailetContext(), metrics, clock);
        consumer.change(read.live);
        consumer.start();
        reload.started(settings.queue(), AgreedSettings.NONE.and(read.parameters), consumer::change);
    }

    private Parameters parameters(MailetConfig config) {
        return reload.placeOf(config).map(place -> Parameters.at(place, config))
            .orElseGet(() -> Parameters.of(config, StockParameter.OUTGOING.key()));
    }

    /**
     * Reads an element, at the start and at each reload alike. Takes nothing and starts nothing.
     *
     * @param parameters all of it, none of them read so far
     * @param others what the elements before it say about what all share
     */
    Read read(Parameters parameters, AgreedSettings others) {
        RemoteDeliveryParameters element = new RemoteDeliveryParameters(parameters, files);
        OutboundSettings read = element.settings(domains, repositories);
        boolean priority = element.usesPriority();
        AgreedSettings agreed = others.and(parameters);
        engine.check(parameters, agreed);
        RouteTable routes = element.routes(engine.dnsBy(dns), read::ehloName, new HostHealth(engine.time()::nanoTime));
        LiveSettings live = LiveParameters.read(parameters);
        parameters.refuseUnknown();
        return new Read(parameters, read, priority, routes, live, agreed);
    }

    /** Lets the one pool of this James have the limits that these elements agree about. */
    void limit(AgreedSettings agreed) {
        engine.limit(agreed);
    }

    @Override
    public void service(Mail mail) throws MessagingException {
        if (mail.getRecipients().isEmpty()) {
            LOGGER.warn("{} has no recipients and is not delivered", mail.getName());
        } else {
            if (usePriority) {
                mail.setAttribute(MailPrioritySupport.HIGH_PRIORITY_ATTRIBUTE);
            }
            UncopiedContent.writeOut(mail);
            QueueTimes.markQueued(mail, clock);
            DeliveryIdentity.mark(mail);
            // Who is named twice at RCPT gets one copy.
            mail.setRecipients(new LinkedHashSet<>(mail.getRecipients()));
            put(mail);
        }
        mail.setState(Mail.GHOST);
    }

    private void put(Mail mail) throws MessagingException {
        Map<Domain, List<MailAddress>> byDomain = mail.getRecipients().stream()
            .collect(Collectors.groupingBy(MailAddress::getDomain, LinkedHashMap::new, Collectors.toList()));
        if (!settings.hasEntryPerDomain() || byDomain.size() == 1) {
            queue.enQueue(mail);
            return;
        }
        Set<MailAddress> left = new LinkedHashSet<>(mail.getRecipients());
        try {
            for (Map.Entry<Domain, List<MailAddress>> one : byDomain.entrySet()) {
                put(mail, one.getKey(), one.getValue());
                left.removeAll(one.getValue());
            }
        } finally {
            // Who is queued already must neither be bounced nor queued once more, whatever becomes of the others.
            if (!left.isEmpty()) {
                mail.setRecipients(left);
            }
        }
    }

    private void put(Mail mail, Domain domain, List<MailAddress> recipients) throws MessagingException {
        MailImpl part = MailImpl.duplicate(mail);
        try {
            // The same each time, as the spool may run a mail once more.
            part.setName(mail.getName() + "-to-" + domain.asString());
            part.setRecipients(recipients);
            queue.enQueue(part);
        } finally {
            LifecycleUtil.dispose(part);
        }
    }

    @Override
    public Collection<ProcessingState> requiredProcessingState() {
        return Stream.concat(settings.bounceProcessor().stream(), settings.successProcessor().stream())
            .map(ProcessingState::new)
            .collect(Collectors.toList());
    }

    @Override
    public void destroy() {
        if (consumer == null) {
            return;
        }
        reload.stopped(settings.queue());
        // When James stops, the engine has waited already for what was under way; when it did not, this is soon over.
        engine.awaitStop(consumer);
        consumer.close();
        try {
            queue.close();
        } catch (IOException e) {
            LOGGER.warn("Queue {} could not be closed", settings.queue().asString(), e);
        }
    }

    @Override
    public String getMailetInfo() {
        return "Postlane PooledRemoteDelivery";
    }
}
