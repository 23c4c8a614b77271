// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.mail;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

import org.apache.james.core.MailAddress;
import org.apache.james.queue.api.MailQueue;
import org.apache.james.queue.api.MailQueueName;
import org.apache.james.queue.api.RawMailQueueItemDecoratorFactory;
import org.apache.james.queue.memory.MemoryMailQueueFactory;
import org.apache.james.server.core.MailImpl;
import org.apache.james.server.core.MimeMessageInputStreamSource;
import org.apache.james.server.core.MimeMessageWrapper;
import org.apache.mailet.ArbitrarySerializable;
import org.apache.mailet.Attribute;
import org.apache.mailet.AttributeName;
import org.apache.mailet.AttributeValue;
import org.apache.mailet.Mail;
import org.junit.jupiter.api.Test;
import org.postlane.james.ReceivedOctets;
import reactor.core.publisher.Flux;

class UncopiedContentTest {
    private static final String MESSAGE = "Subject:  two  blanks\r\nX-Folded: a\r\n\tb\r\n\r\nhello\r\n.dot\r\n";

    private final MemoryMailQueueFactory.MemoryCacheableMailQueue james =
        new MemoryMailQueueFactory(new RawMailQueueItemDecoratorFactory()).createQueue(MailQueueName.of("outgoing"));
    private final MailQueue queue = UncopiedContent.in(james);

    private static MailImpl mail(String message) throws Exception {
        MailImpl mail = MailImpl.builder().name("m1").sender("a@sender.test").addRecipients("b@c.test", "d@e.test")
            .state("relay").addAttribute(Attribute.convertToAttribute("colour", "blue")).errorMessage("none")
            .remoteAddr("127.0.0.9").remoteHost("host.test").build();
        mail.setMessageContent(MimeMessageInputStreamSource.create("m1", new ByteArrayInputStream(message.getBytes(US_ASCII))));
        return mail;
    }

    private MailQueue.MailQueueItem next() {
        return Flux.from(queue.deQueue()).blockFirst(Duration.ofSeconds(30));
    }

    private static String contentOf(Mail mail) throws Exception {
        return new String(((MimeMessageWrapper) mail.getMessage()).getMessageInputStream().readAllBytes(), US_ASCII);
    }

    @Test
    void aMailComesOutAsItWentInAlsoWhenTheOneThatWentInIsDisposedOf() throws Exception {
        MailImpl in = mail(MESSAGE);
        queue.enQueue(in);
        in.dispose();
        Mail out = next().getMail();
        assertThat(contentOf(out)).isEqualTo(MESSAGE);
        assertThat(((MimeMessageWrapper) out.getMessage()).isModified()).isFalse();
        assertThat(out.getMessageSize()).isEqualTo(MESSAGE.length());
        assertThat(out.getName()).isEqualTo("m1");
        assertThat(out.getState()).isEqualTo("relay");
        assertThat(out.getErrorMessage()).isEqualTo("none");
        assertThat(out.getRemoteAddr()).isEqualTo("127.0.0.9");
        assertThat(out.getRemoteHost()).isEqualTo("host.test");
        assertThat(out.getMaybeSender().asString()).isEqualTo("a@sender.test");
        assertThat(out.getRecipients()).extracting(MailAddress::asString).containsExactly("b@c.test", "d@e.test");
        assertThat(out.attributes().map(Attribute::getName).map(Object::toString).collect(Collectors.toList()))
            .singleElement().asString().contains("colour");
    }

    /** Cannot be copied, as an attribute of an extension that has been removed. */
    private static final class Uncopyable implements ArbitrarySerializable<Uncopyable> {
        @Override
        public Serializable<Uncopyable> serialize() {
            throw new IllegalStateException("no such class");
        }
    }

    @Test
    void anAttributeThatCannotBeCopiedDoesNotCostTheContent() throws Exception {
        MailImpl in = mail(MESSAGE);
        in.setAttribute(new Attribute(AttributeName.of("broken"), AttributeValue.of(new Uncopyable())));
        queue.enQueue(in);
        assertThat(contentOf(next().getMail())).isEqualTo(MESSAGE);
    }

    @Test
    void theQueueItselfHasNoMessageToCopy() throws Exception {
        queue.enQueue(mail(MESSAGE));
        assertThat(james.getLastMail().getMessage()).isNull();
        assertThat(james.getLastMail().getAttribute(UncopiedContent.CONTENT)).isPresent();
    }

    @Test
    void whatMailetsHaveChangedIsWrittenOutOnce() throws Exception {
        MailImpl in = mail(MESSAGE);
        in.getMessage().addHeader("X-Added", "c");
        UncopiedContent.writeOut(in);
        assertThat(((MimeMessageWrapper) in.getMessage()).isModified()).isFalse();
        queue.enQueue(in);
        assertThat(contentOf(next().getMail())).contains("X-Added: c\r\n").contains("X-Folded: a\r\n\tb\r\n")
            .endsWith("\r\n\r\nhello\r\n.dot\r\n");
    }

    @Test
    void aChangedMessageThatIsNotWrittenOutComesOutAsOutOfJamesQueueAlone() throws Exception {
        String message =
            "Message-ID: <1@sender.test>\r\nDate: Mon, 23 Nov 2026 02:08:24 +0000\r\nMIME-Version: 1.0\r\n" + MESSAGE;
        MailImpl in = mail(message);
        in.getMessage().removeHeader("X-Folded");
        queue.enQueue(in);
        String uncopied = contentOf(next().getMail());
        MailImpl other = mail(message);
        other.getMessage().removeHeader("X-Folded");
        james.enQueue(other);
        assertThat(uncopied).isEqualTo(contentOf(next().getMail())).contains("Subject:  two  blanks\r\n")
            .doesNotContain("Folded");
    }

    @Test
    void delayedMailThatIsHandedOutBeforeItsTimeHasItsContent() throws Exception {
        queue.enQueue(mail(MESSAGE), Duration.ofDays(1));
        james.flush();
        assertThat(contentOf(next().getMail())).isEqualTo(MESSAGE);
    }

    @Test
    void mailThatIsGivenBackHasItsContentTheNextTimeToo() throws Exception {
        queue.enQueue(mail(MESSAGE));
        next().done(MailQueue.MailQueueItem.CompletionStatus.RETRY);
        assertThat(contentOf(next().getMail())).isEqualTo(MESSAGE);
    }

    @Test
    void largeMessagesAreLeftToJames() throws Exception {
        for (String large : List.of("Subject: t\r\n\r\n" + "x".repeat(ReceivedOctets.MOST + 1),
                "Subject: " + "t".repeat(ReceivedOctets.MOST) + "\r\n\r\nx")) {
            queue.enQueue(mail(large));
            assertThat(james.getLastMail().getMessage()).isNotNull();
            assertThat(contentOf(next().getMail())).isEqualTo(large);
        }
    }

    @Test
    void mailWithoutAMessageGoesThrough() throws Exception {
        queue.enQueue(MailImpl.builder().name("m1").addRecipient("b@c.test").build());
        assertThat(next().getMail().getMessage()).isNull();
    }

    @Test
    void aQueueThatIsNotInMemoryStaysAsItIs() {
        // It is of no class that James has for that.
        assertThat(UncopiedContent.in(queue)).isSameAs(queue);
    }
}
