// SPDX-License-Identifier: Apache-2.0
package org.postlane.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.apache.james.core.MailAddress;
import org.apache.james.core.MaybeSender;
import org.apache.james.queue.api.MailPrioritySupport;
import org.apache.james.queue.api.MailQueue.MailQueueException;
import org.apache.james.queue.api.MailQueue.MailQueueItem;
import org.apache.james.queue.api.ManageableMailQueue;
import org.apache.james.server.core.MailImpl;
import org.apache.mailet.ArbitrarySerializable;
import org.apache.mailet.Attribute;
import org.apache.mailet.AttributeName;
import org.apache.mailet.AttributeValue;
import org.apache.mailet.Mail;
import org.apache.mailet.PerRecipientHeaders;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RestartTest {
    @TempDir
    private Path directory;
    private RocksDbMailQueueFactory factory;
    private ManageableMailQueue queue;

    @BeforeEach
    void open() {
        factory = Queues.open(directory);
        queue = factory.createQueue(Queues.SPOOL);
    }

    @AfterEach
    void close() {
        factory.close();
    }

    private void restart() {
        close();
        open();
    }

    private static MailImpl urgent(String name) throws Exception {
        MailImpl mail = Queues.mail(name);
        mail.setAttribute(MailPrioritySupport.HIGH_PRIORITY_ATTRIBUTE);
        return mail;
    }

    @Test
    void orderPrioritiesAndDueTimesAreWhatTheyWere() throws Exception {
        queue.enQueue(Queues.mail("first"));
        queue.enQueue(Queues.mail("later"), Duration.ofHours(1));
        queue.enQueue(Queues.mail("second"));
        queue.enQueue(urgent("urgent"));
        restart();
        assertThat(queue.getSize()).isEqualTo(4);
        assertThat(Queues.deliver(queue, 3)).containsExactly("urgent", "first", "second");
        ManageableMailQueue.MailQueueItemView view = queue.browse().next();
        assertThat(view.getMail().getName()).isEqualTo("later");
        assertThat(view.getNextDelivery().orElseThrow().toInstant())
            .isBetween(Instant.now().plus(Duration.ofMinutes(50)), Instant.now().plus(Duration.ofMinutes(60)));
    }

    @Test
    void whatWasFlushedStaysFlushed() throws Exception {
        queue.enQueue(Queues.mail("later"), Duration.ofHours(1));
        assertThat(queue.flush()).isEqualTo(1);
        restart();
        assertThat(Queues.deliver(queue, 1)).containsExactly("later");
    }

    @Test
    void whatWasTakenAndNotDoneIsBackAndWhatWasDoneIsNot() throws Exception {
        queue.enQueue(Queues.mail("done"));
        queue.enQueue(Queues.mail("taken"));
        queue.enQueue(Queues.mail("waiting"));
        MailQueueItem done = Queues.next(queue);
        MailQueueItem unusedTaken = Queues.next(queue);
        Queues.done(done);
        assertThat(queue.getSize()).isEqualTo(2);
        restart();
        assertThat(queue.getSize()).isEqualTo(2);
        assertThat(Queues.listed(queue)).containsExactly("taken", "waiting");
        assertThat(Queues.deliver(queue, 2)).containsExactly("taken", "waiting");
        restart();
        assertThat(queue.getSize()).isZero();
    }

    @Test
    void everythingOfAMailSurvives() throws Exception {
        MailImpl mail = MailImpl.builder().name("m1").sender("\"a b\"@sender.test").addRecipients("b@c.test", "d@[127.0.0.1]")
            .state("relay").errorMessage("ol\u00e9\nand on").remoteAddr("127.0.0.9").remoteHost("host.test")
            .lastUpdated(Date.from(Instant.ofEpochMilli(1234567)))
            .addAttribute(new Attribute(AttributeName.of("map"),
                AttributeValue.of(Map.of("a", AttributeValue.of(1L), "b", AttributeValue.of(new byte[] {1})))))
            .addAttribute(new Attribute(AttributeName.of("any"), AttributeValue.ofUnserializable(new Object())))
            .addHeaderForRecipient(PerRecipientHeaders.Header.builder().name("X").value("a: b\r\n c").build(),
                new MailAddress("b@c.test"))
            .build();
        mail.setMessage(Queues.mail("other").getMessage());
        long size = mail.getMessageSize();
        queue.enQueue(mail);
        mail.dispose();
        restart();
        Mail read = Queues.next(queue).getMail();
        assertThat(read.getMaybeSender().asString()).isEqualTo("\"a b\"@sender.test");
        assertThat(read.getRecipients()).containsExactly(new MailAddress("b@c.test"), new MailAddress("d@[127.0.0.1]"));
        assertThat(List.of(read.getState(), read.getErrorMessage(), read.getRemoteAddr(), read.getRemoteHost()))
            .containsExactly("relay", "ol\u00e9\nand on", "127.0.0.9", "host.test");
        assertThat(read.getLastUpdated()).isEqualTo(Date.from(Instant.ofEpochMilli(1234567)));
        assertThat(read.attributeNames().map(AttributeName::asString)).containsExactly("map");
        assertThat(read.getAttribute(AttributeName.of("map")).orElseThrow().getValue().getValue().toString()).contains("a");
        assertThat(read.getPerRecipientSpecificHeaders()).isEqualTo(mail.getPerRecipientSpecificHeaders());
        assertThat(read.getMessageSize()).isEqualTo(size);
    }

    @Test
    void theNullSenderSurvives() throws Exception {
        MailImpl mail = Queues.mail("m1");
        mail.setSender(null);
        queue.enQueue(mail);
        restart();
        assertThat(Queues.next(queue).getMail().getMaybeSender()).isEqualTo(MaybeSender.nullSender());
    }

    /** As James' spooler puts one back that a stop has interrupted behind its disposal. */
    @Test
    void aMailWhoseMessageIsGoneIsRefused() throws Exception {
        MailImpl mail = MailImpl.builder().name("m1").addRecipient("b@c.test").build();
        assertThatThrownBy(() -> queue.enQueue(mail)).isInstanceOf(MailQueueException.class).hasMessageContaining("m1");
        assertThat(queue.getSize()).isZero();
    }

    @Test
    void noOctetOfAMessageIsTouched() throws Exception {
        queue.enQueue(Queues.mail("m1"));
        MailImpl changed = Queues.mail("m2");
        changed.getMessage().addHeader("X-New", "value");
        queue.enQueue(changed);
        restart();
        assertThat(Queues.contentOf(Queues.next(queue).getMail())).isEqualTo(Queues.MESSAGE);
        assertThat(Queues.contentOf(Queues.next(queue).getMail())).contains("X-New: value\r\n").endsWith("bare\nend");
    }

    @Test
    void aLargeMessageLiesInAFileUntilItsMailIsDone() throws Exception {
        String message = "Subject: large\r\n\r\n" + "0123456789abcdef".repeat(ContentSink.LARGEST_IN_MEMORY / 16);
        queue.enQueue(Queues.mail("m1", message));
        Path bodies = directory.resolve("bodies");
        assertThat(bodies).isDirectoryContaining(file -> file.toFile().length() == message.length());
        restart();
        Files.createFile(bodies.resolve("123.eml"));
        restart();
        MailQueueItem item = Queues.next(queue);
        assertThat(Queues.contentOf(item.getMail())).isEqualTo(message);
        try (var files = Files.list(bodies)) {
            assertThat(files).as("that of a mail which came to nothing is put aside").hasSize(1);
        }
        assertThat(directory.resolve("orphans").resolve("123.eml")).exists();
        Queues.done(item);
        assertThat(bodies).isEmptyDirectory();
    }

    /** As an attribute of an extension with a fault. */
    private static final class Unwritable implements ArbitrarySerializable<Unwritable> {
        @Override
        public Serializable<Unwritable> serialize() {
            throw new IllegalStateException("cannot be written");
        }
    }

    @Test
    void anAttributeThatCannotBeWrittenDoesNotKeepAMailOut() throws Exception {
        MailImpl mail = Queues.mail("m1");
        mail.setAttribute(new Attribute(AttributeName.of("broken"), AttributeValue.of(new Unwritable())));
        mail.setAttribute(Attribute.convertToAttribute("colour", "blue"));
        queue.enQueue(mail);
        assertThat(Queues.next(queue).getMail().attributeNames().map(AttributeName::asString)).containsExactly("colour");
    }

    private int syncs() throws Exception {
        Matcher figures = Pattern.compile("Cumulative WAL: .* (\\d+) syncs").matcher(factory.figures());
        assertThat(figures.find()).as(factory.figures()).isTrue();
        return Integer.parseInt(figures.group(1));
    }

    @Test
    void eachMailIsSyncedBeforeItIsConfirmedAndItsEndSoonAfter() throws Exception {
        int before = syncs();
        for (int i = 1; i <= 5; i++) {
            queue.enQueue(Queues.mail("m" + i));
            assertThat(syncs()).isGreaterThanOrEqualTo(before + i);
        }
        assertThat(Queues.deliver(queue, 5)).hasSize(5);
        await().until(factory::isSynced);
    }
}
