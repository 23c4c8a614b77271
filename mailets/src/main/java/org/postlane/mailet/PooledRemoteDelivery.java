// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import java.io.IOException;
import java.time.Clock;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.inject.Inject;
import javax.mail.MessagingException;

import org.apache.james.dnsservice.api.DNSService;
import org.apache.james.domainlist.api.DomainList;
import org.apache.james.metrics.api.MetricFactory;
import org.apache.james.queue.api.MailPrioritySupport;
import org.apache.james.queue.api.MailQueue;
import org.apache.james.queue.api.MailQueueFactory;
import org.apache.james.transport.mailets.remote.delivery.DeliveryRetriesHelper;
import org.apache.mailet.Mail;
import org.apache.mailet.ProcessingState;
import org.apache.mailet.base.GenericMailet;
import org.postlane.james.Parameters;
import org.postlane.outbound.OutboundEngine;
import org.postlane.outbound.OutboundQueue;
import org.postlane.outbound.OutboundSettings;
import org.postlane.outbound.QueueTimes;
import org.postlane.route.RouteResolver;
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
 * <p>Limits of the pool. All elements of one James share the pool; each limit may be written in any of them, with one value:
 * <ul>
 * <li>{@code maxConnectionsPerHost}: most open connections to one address, those being opened and closed included (8)</li>
 * <li>{@code maxConnections}: most open connections in all (256)</li>
 * <li>{@code idleTimeout}: an unused connection is closed with QUIT after at most this time, with its unit (30 s)</li>
 * <li>{@code maxConnectionAge}: an older connection is closed when its mail is done, with its unit (5 min)</li>
 * <li>{@code maxMailsPerConnection}: a connection is closed after so many mails (100)</li>
 * </ul>
 *
 * <p>Security:
 * <ul>
 * <li>{@code tls}: {@code none}; {@code opportunistic}: STARTTLS where offered, any certificate, plain where it fails;
 * {@code required}: STARTTLS or no delivery, any certificate; {@code verified}: STARTTLS with a certificate for the MX or
 * gateway by a trusted authority, or no delivery (opportunistic; with {@code gatewayUsername}: verified)</li>
 * <li>{@code gatewayAuthWithoutTls}: whether user name and password may cross the network readable (false)</li>
 * </ul>
 *
 * <p>As in stock James:
 * <ul>
 * <li>{@code outgoing}: the queue's name; each element needs its own (outgoing)</li>
 * <li>{@code delayTime}: delays before the retries, {@code [n*]time[unit],…}, a bare number is milliseconds (5 min, doubling
 * to 4 h, ±10 %)</li>
 * <li>{@code maxRetries}: retries before the mail is given up; fewer than {@code delayTime} lists are raised to that number
 * (by age: 5 days; with {@code delayTime}: 5)</li>
 * <li>{@code maxDnsProblemRetries}: retries for a domain that DNS says does not exist (0)</li>
 * <li>{@code connectiontimeout}: to open a connection, ms (30 000)</li>
 * <li>{@code timeout}: for each later phase, ms (by phase, RFC 5321 4.5.3.2)</li>
 * <li>{@code bounceProcessor}: the processor for what failed; it finds the attributes {@code delivery-error},
 * {@code delivery-error-code}, {@code is-delivery-permanent-error} (none: a plain bounce to the sender)</li>
 * <li>{@code onSuccess}: the processor for what was delivered (none)</li>
 * <li>{@code gateway}: {@code host[:port],…}, all mail goes there (none: by MX)</li>
 * <li>{@code gatewayPort}: for gateways without a port (25, with {@code sslEnable} 465)</li>
 * <li>{@code gatewayUsername}, {@code gatewayPassword}: for AUTH PLAIN or LOGIN (none)</li>
 * <li>{@code loadBalancing}: whether several gateways are tried in random order (true)</li>
 * <li>{@code startTLS}: true: STARTTLS where offered, then verified; false: never (see {@code tls})</li>
 * <li>{@code sslEnable}: TLS from the first octet (false)</li>
 * <li>{@code verifyServerIdentity}: whether {@code startTLS} and {@code sslEnable} check the certificate (true)</li>
 * <li>{@code heloName}: the name in EHLO (James' default domain)</li>
 * <li>{@code bind}: the local IP address to connect from (the system's choice)</li>
 * <li>{@code usePriority}: whether first attempts go before retries in queues that know priorities (false)</li>
 * </ul>
 *
 * <p>Any other parameter stops the start. Safe for use by several threads once initialised.
 */
public class PooledRemoteDelivery extends GenericMailet {
    private static final Logger LOGGER = LoggerFactory.getLogger(PooledRemoteDelivery.class);

    private final OutboundEngine engine;
    private final DNSService dns;
    private final DomainList domains;
    private final MailQueueFactory<?> queues;
    private final MetricFactory metrics;
    private final Clock clock;

    private OutboundSettings settings;
    private boolean usePriority;
    private MailQueue queue;
    private OutboundQueue consumer;

    /** Everything it needs is bound by James and by the Postlane module. */
    @Inject
    public PooledRemoteDelivery(OutboundEngine engine, DNSService dns, DomainList domains, MailQueueFactory<?> queues,
                                MetricFactory metrics, Clock clock) {
        this.engine = engine;
        this.dns = dns;
        this.domains = domains;
        this.queues = queues;
        this.metrics = metrics;
        this.clock = clock;
    }

    @Override
    public void init() throws MessagingException {
        Parameters parameters = Parameters.of(getMailetConfig(), StockParameter.OUTGOING.key());
        RemoteDeliveryParameters read = new RemoteDeliveryParameters(parameters);
        settings = read.settings(domains);
        usePriority = read.usesPriority();
        engine.limits().declare(parameters);
        RouteResolver routes = read.routes(dns, settings::ehloName);
        parameters.refuseUnknown();
        engine.claim(settings.queue(), parameters.where());
        queue = queues.createQueue(settings.queue(), MailQueueFactory.prefetchCount(OutboundQueue.MOST_UNDER_WAY));
        consumer = new OutboundQueue(engine, queue, settings, routes, getMailetContext(), metrics, clock);
        consumer.start();
    }

    @Override
    public void service(Mail mail) throws MessagingException {
        if (mail.getRecipients().isEmpty()) {
            LOGGER.warn("{} has no recipients and is not delivered", mail.getName());
        } else {
            if (usePriority) {
                mail.setAttribute(MailPrioritySupport.HIGH_PRIORITY_ATTRIBUTE);
            }
            // A mail that comes from another queue's failure begins anew here.
            mail.removeAttribute(DeliveryRetriesHelper.DELIVERY_RETRY_COUNT);
            QueueTimes.markQueued(mail, clock);
            // Who is named twice at RCPT gets one copy.
            mail.setRecipients(new LinkedHashSet<>(mail.getRecipients()));
            queue.enQueue(mail);
        }
        mail.setState(Mail.GHOST);
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
