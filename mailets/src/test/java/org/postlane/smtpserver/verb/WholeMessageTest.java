// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.verb;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.util.List;

import org.apache.james.protocols.smtp.hook.HookReturnCode;
import org.apache.james.queue.api.MailQueueName;
import org.apache.james.queue.api.RawMailQueueItemDecoratorFactory;
import org.apache.james.queue.memory.MemoryMailQueueFactory;
import org.apache.james.server.core.MailImpl;
import org.apache.james.server.core.MimeMessageInputStreamSource;
import org.apache.mailet.Mail;
import org.junit.jupiter.api.Test;

class WholeMessageTest {
    private static MailImpl mail(String message) throws Exception {
        MailImpl mail = MailImpl.builder().name("m1").sender("a@sender.test").addRecipients("b@c.test").build();
        mail.setMessageContent(MimeMessageInputStreamSource.create("m1", new ByteArrayInputStream(message.getBytes(US_ASCII))));
        return mail;
    }

    private static MailImpl received(String message) throws Exception {
        MailImpl mail = mail(message);
        HookReturnCode result = new MessageLines().onMessage(null, mail).getResult();
        assertThat(result).isEqualTo(HookReturnCode.declined());
        return mail;
    }

    private static String spooled(Mail mail) throws Exception {
        MemoryMailQueueFactory.MemoryCacheableMailQueue spool =
            new MemoryMailQueueFactory(new RawMailQueueItemDecoratorFactory()).createQueue(MailQueueName.of("spool"));
        spool.enQueue(mail);
        return written(spool.getLastMail());
    }

    private static String written(Mail mail) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        mail.getMessage().writeTo(out);
        return out.toString(US_ASCII);
    }

    @Test
    void theSpoolHasWhatItHasWithoutIt() throws Exception {
        for (String message : List.of("Subject:  two  blanks\r\nX-Folded: a\r\n\tb\r\nx-folded:c\r\n\r\nhello\r\n.dot\r\n",
                "Subject: no body\r\n\r\n", "Subject: nor an end of the headers\r\n", "\r\nno headers\r\n",
                "no header at all\r\n",
                "From someone\r\nSubject: t\r\n\r\nx\r\n", "Subject: t\r\n\r\n" + "x".repeat(200_000) + "\r\n")) {
            // As every message that James receives begins.
            String traced = "Received: from x\r\n          by y\r\n" + message;
            assertThat(spooled(received(traced))).as(message).isEqualTo(spooled(mail(traced)));
        }
    }

    @Test
    void asReceivedItIsWrittenAsItIsAndOnceChangedAsJamesWritesIt() throws Exception {
        String message = "Message-ID: <1@sender.test>\r\nMIME-Version: 1.0\r\nSubject:  t\r\n\r\nhello\r\n";
        MailImpl mail = received(message);
        assertThat(mail.getMessage()).isInstanceOf(WholeMessage.class);
        assertThat(written(mail)).isEqualTo(message);
        MailImpl other = mail(message);
        for (MailImpl changed : List.of(mail, other)) {
            changed.getMessage().addHeader("X-Added", "c");
        }
        assertThat(written(mail)).isEqualTo(written(other)).contains("X-Added: c");
    }

    @Test
    void whatWasChangedBeforeStaysAsItIs() throws Exception {
        MailImpl mail = mail("Subject: t\r\n\r\nhello\r\n");
        mail.getMessage().addHeader("X-Added", "c");
        assertThat(new MessageLines().onMessage(null, mail).getResult()).isEqualTo(HookReturnCode.declined());
        assertThat(mail.getMessage()).isNotInstanceOf(WholeMessage.class);
    }
}
