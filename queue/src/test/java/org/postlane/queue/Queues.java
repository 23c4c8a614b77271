// SPDX-License-Identifier: Apache-2.0
package org.postlane.queue;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.apache.james.metrics.api.NoopGaugeRegistry;
import org.apache.james.metrics.tests.RecordingMetricFactory;
import org.apache.james.queue.api.MailQueue;
import org.apache.james.queue.api.MailQueue.MailQueueItem;
import org.apache.james.queue.api.MailQueueName;
import org.apache.james.queue.api.ManageableMailQueue;
import org.apache.james.queue.api.RawMailQueueItemDecoratorFactory;
import org.apache.james.server.core.MailImpl;
import org.apache.james.server.core.MimeMessageSource;
import org.apache.james.server.core.MimeMessageWrapper;
import org.apache.mailet.Mail;
import reactor.core.publisher.Flux;

/** Queues and mails of tests. */
final class Queues {
    static final MailQueueName SPOOL = MailQueueName.of("spool");
    /** Two blanks, a folded line, bare line feeds and an octet beyond ASCII, none of which a queue may touch. */
    static final String MESSAGE =
        "Subject:  two  blanks\r\nX-Folded: a\r\n\tb\r\nX-Bare: a\nX-Last: b\r\n\r\nol\u00e9\r\n.dot\r\nbare\nend";
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private Queues() {
    }

    static RocksDbMailQueueFactory open(Path directory) {
        return open(directory, RocksDbMailQueueFactory.RESERVE, Clock.systemUTC());
    }

    static RocksDbMailQueueFactory open(Path directory, long reserve, Clock clock) {
        return RocksDbMailQueueFactory.open(directory, reserve, new RawMailQueueItemDecoratorFactory(),
            new RecordingMetricFactory(), new NoopGaugeRegistry(), clock);
    }

    /** A message that holds nothing that one would have to let go of. The bundle's {@code ReceivedOctets} is not seen here. */
    private static final class Octets implements MimeMessageSource {
        private final String id;
        private final byte[] octets;

        private Octets(String id, byte[] octets) {
            this.id = id;
            this.octets = octets;
        }

        @Override
        public String getSourceId() {
            return id;
        }

        @Override
        public InputStream getInputStream() {
            return new ByteArrayInputStream(octets);
        }

        @Override
        public long getMessageSize() {
            return octets.length;
        }
    }

    static MailImpl mail(String name) throws Exception {
        return mail(name, MESSAGE);
    }

    static MailImpl mail(String name, String message) throws Exception {
        MailImpl mail = MailImpl.builder().name(name).sender("a@sender.test").addRecipients("b@c.test", "d@e.test").build();
        mail.setMessageContent(new Octets(name, message.getBytes(ISO_8859_1)));
        return mail;
    }

    static MailQueueItem next(MailQueue queue) {
        return Flux.from(queue.deQueue()).blockFirst(PATIENCE);
    }

    /** The names of the next mails, which are done. */
    static List<String> deliver(MailQueue queue, int mails) {
        return Flux.<MailQueueItem>from(queue.deQueue()).take(mails, true).doOnNext(Queues::done)
            .map(item -> item.getMail().getName()).collectList().block(PATIENCE);
    }

    static void done(MailQueueItem item) {
        try {
            item.done(MailQueueItem.CompletionStatus.SUCCESS);
        } catch (MailQueue.MailQueueException e) {
            throw new IllegalStateException(e);
        }
    }

    static List<String> listed(ManageableMailQueue queue) throws Exception {
        List<String> names = new ArrayList<>();
        queue.browse().forEachRemaining(view -> names.add(view.getMail().getName()));
        return names;
    }

    static String contentOf(Mail mail) throws Exception {
        return new String(((MimeMessageWrapper) mail.getMessage()).getMessageInputStream().readAllBytes(), ISO_8859_1);
    }
}
