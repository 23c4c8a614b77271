// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks.james;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;
import javax.mail.MessagingException;
import javax.mail.Session;
import javax.mail.internet.MimeMessage;

import org.apache.james.core.MailAddress;
import org.apache.james.lifecycle.api.LifecycleUtil;
import org.apache.james.queue.api.MailQueue;
import org.apache.james.server.core.MailImpl;
import org.apache.mailet.Mail;

/**
 * One mail to very many recipients, put into the spool where the way through James' other mailets has been gone: what RCPT and
 * recipient rewriting cost for each is James' own and not what is measured.
 */
final class ManyRecipients {
    /** The processor whose only mailet is the one under measurement. */
    private static final String LAST_PROCESSOR = "relay";
    private static final int LINE = 72;
    private static final String HEAD = """
        From: <sender@injector.test>
        To: undisclosed-recipients:;
        Date: Mon, 5 Jan 2026 10:00:00 +0000
        Message-ID: <1@injector.test>
        Subject: A benchmark
        MIME-Version: 1.0

        """;
    private static final AtomicInteger NUMBER = new AtomicInteger();

    private ManyRecipients() {
    }

    /**
     * Spools it.
     *
     * @param firstDomain of {@link LoopbackNames}; the recipients are in this one and those that follow it, in turn
     * @return {@link System#nanoTime} before the spool was given the mail
     */
    static long submit(MailQueue spool, int recipients, int firstDomain, int domains, int octets)
            throws MessagingException, MailQueue.MailQueueException {
        List<MailAddress> addresses = new ArrayList<>(recipients);
        for (int i = 0; i < recipients; i++) {
            addresses.add(new MailAddress("u" + i, LoopbackNames.domain(firstDomain + i % domains)));
        }
        Mail mail = MailImpl.builder()
            .name("many-" + NUMBER.incrementAndGet())
            .sender("sender@injector.test")
            .addRecipients(addresses)
            .state(LAST_PROCESSOR)
            .mimeMessage(message(octets))
            .build();
        try {
            long begin = System.nanoTime();
            spool.enQueue(mail);
            return begin;
        } finally {
            // The spool has a copy of its own.
            LifecycleUtil.dispose(mail);
        }
    }

    private static MimeMessage message(int octets) throws MessagingException {
        StringBuilder text = new StringBuilder(HEAD.replace("\n", "\r\n"));
        String line = "x".repeat(LINE - 2) + "\r\n";
        while (text.length() < octets) {
            text.append(line);
        }
        return new MimeMessage(Session.getInstance(new Properties()),
            new ByteArrayInputStream(text.toString().getBytes(US_ASCII)));
    }
}
