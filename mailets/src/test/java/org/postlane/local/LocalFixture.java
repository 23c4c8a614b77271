// SPDX-License-Identifier: Apache-2.0
package org.postlane.local;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import javax.mail.MessagingException;

import org.apache.james.core.Domain;
import org.apache.james.core.MailAddress;
import org.apache.james.server.core.MailImpl;
import org.apache.james.server.core.MimeMessageInputStream;
import org.apache.james.server.core.MimeMessageInputStreamSource;
import org.apache.james.server.core.MimeMessageWrapper;
import org.apache.james.transport.mailets.LocalDelivery;
import org.apache.mailet.Mail;
import org.apache.mailet.MailetContext;
import org.apache.mailet.base.GenericMailet;
import org.apache.mailet.base.test.FakeMailetConfig;
import org.postlane.james.StopTime;
import org.postlane.lane.TestLanes;
import org.postlane.mailet.FanOutLocalDelivery;
import org.postlane.mailet.ParsedReport;

/** James' memory mailboxes, lanes, and the mailets that deliver, ours and James' own, with notes of what goes to processors. */
public final class LocalFixture implements AutoCloseable {
    /** A mail that was sent to a processor. */
    public record Sent(String name, String state, String sender, List<String> recipients, List<String> attributes, String error,
            String message) {
        /** As James' own mailet sends it. */
        public Sent withoutReasons() {
            return new Sent(name, state, sender, recipients,
                attributes.stream().filter(attribute -> !attribute.equals("postlane-failure-reasons")).toList(), error, message);
        }
    }

    public final TestLanes lanes;
    public final TestMailboxes mailboxes;
    public final LocalDeliveries deliveries;
    public final List<Sent> sent = new CopyOnWriteArrayList<>();
    /** The same mails, to be run through an error processor. */
    public final List<Mail> copies = new CopyOnWriteArrayList<>();
    public final List<ParsedReport> reports = new CopyOnWriteArrayList<>();
    public volatile Predicate<Mail> refuse = mail -> false;

    public LocalFixture() throws Exception {
        this(false);
    }

    public LocalFixture(boolean quotas) throws Exception {
        this(quotas, new StopTime());
    }

    public LocalFixture(boolean quotas, StopTime stopTime) throws Exception {
        lanes = new TestLanes(stopTime);
        mailboxes = new TestMailboxes(quotas);
        deliveries = new LocalDeliveries(lanes.directory.users, mailboxes.manager, lanes.directory.metrics, lanes.lanes,
            lanes.directory.domainList, lanes.stopTime, Clock.systemUTC());
    }

    public FanOutLocalDelivery ours(String... parameters) throws MessagingException {
        return init(new FanOutLocalDelivery(deliveries), parameters);
    }

    public LocalDelivery stock(String... parameters) throws MessagingException {
        return init(new LocalDelivery(lanes.directory.users, mailboxes.manager, lanes.directory.metrics), parameters);
    }

    public <T extends GenericMailet> T init(T mailet, String... parameters) throws MessagingException {
        FakeMailetConfig.Builder config =
            FakeMailetConfig.builder().mailetName(mailet.getClass().getName()).mailetContext(context());
        for (int i = 0; i < parameters.length; i += 2) {
            config.setProperty(parameters[i], parameters[i + 1]);
        }
        mailet.init(config.build());
        return mailet;
    }

    private MailetContext context() {
        return (MailetContext) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {MailetContext.class},
            (proxy, method, arguments) -> {
                if (method.getName().equals("getPostmaster")) {
                    return new MailAddress("postmaster@example.org");
                }
                if (method.getName().equals("isLocalServer")) {
                    return lanes.directory.domainList.containsDomain((Domain) arguments[0]);
                }
                if (!method.getName().equals("sendMail")) {
                    throw new AssertionError("Not expected: " + method);
                }
                Mail mail = (Mail) arguments[0];
                if (refuse.test(mail)) {
                    throw new MessagingException("The spool is away");
                }
                if (arguments.length == 2) {
                    mail.setState((String) arguments[1]);
                }
                if (mail.getMessage().isMimeType("multipart/report")) {
                    reports.add(ParsedReport.of(mail));
                    return null;
                }
                sent.add(sent(mail));
                copies.add(MailImpl.duplicate(mail));
                return null;
            });
    }

    private static Sent sent(Mail mail) throws Exception {
        return new Sent(mail.getName(), mail.getState(), mail.getMaybeSender().asString(),
            mail.getRecipients().stream().map(MailAddress::asString).collect(Collectors.toList()),
            mail.attributes().map(attribute -> attribute.getName().asString()).sorted().collect(Collectors.toList()),
            mail.getErrorMessage(), octets(mail));
    }

    public static String octets(Mail mail) throws Exception {
        try (InputStream in = new MimeMessageInputStream(mail.getMessage())) {
            return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    /** A mail as it comes from SMTP. */
    public static MailImpl mail(String name, String message, String... recipients) throws Exception {
        MimeMessageWrapper wrapper = new MimeMessageWrapper(MimeMessageInputStreamSource.create(name,
            new ByteArrayInputStream(message.getBytes(StandardCharsets.ISO_8859_1))));
        MailImpl mail = MailImpl.builder().name(name).sender("sender@elsewhere.example").state("local-delivery")
            .addRecipients(recipients).build();
        mail.setMessageNoCopy(wrapper);
        return mail;
    }

    public static MailImpl mailTo(String... recipients) throws Exception {
        return mail("Mail1", "Subject: one\r\nMessage-ID: <1@example.org>\r\n\r\nText\r\n", recipients);
    }

    public int count(String metric) {
        return lanes.directory.metrics.countFor(metric);
    }

    public Map<String, List<String>> contents(String user) throws Exception {
        return mailboxes.contents(user);
    }

    @Override
    public void close() {
        deliveries.close();
        lanes.lanes.close();
    }
}
