// SPDX-License-Identifier: Apache-2.0
package org.postlane.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

import com.google.inject.util.Modules;
import org.apache.james.mailbox.exception.MailboxException;
import org.apache.james.mailbox.exception.MailboxNameException;
import org.apache.james.mailbox.store.mail.NaiveThreadIdGuessingAlgorithm;
import org.apache.james.mailbox.store.mail.ThreadIdGuessingAlgorithm;
import org.apache.james.utils.DataProbeImpl;
import org.junit.jupiter.api.Test;
import org.postlane.testing.SmtpDialogue;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

class FanOutToManyMailboxesTest {
    private static final int MANY = 10_000;
    private static final int BATCH = 500;
    private static final String SENDER = "sender@local.test";
    private static final String BROKEN = user(17);
    private static final String STALLED = user(4711);
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final FaultyMailboxes mailboxes = new FaultyMailboxes();

    private static String user(int number) {
        return "user" + number + "@local.test";
    }

    private JamesUnderTest start() throws Exception {
        JamesUnderTest james = JamesUnderTest.postlane()
            // Otherwise the memory store looks through all mailboxes for the thread of each mail.
            .override(Modules.combine(mailboxes,
                binder -> binder.bind(ThreadIdGuessingAlgorithm.class).to(NaiveThreadIdGuessingAlgorithm.class)))
            .replace("smtpserver.xml", "<maxRecipients>1000</maxRecipients>", "<maxRecipients>" + MANY + "</maxRecipients>")
            .replace("mailetcontainer.xml", "<localProcessor>", "<localTimeout>10 s</localTimeout><localProcessor>")
            // Ten thousand passwords, of which none is used.
            .replace("usersrepository.xml", "PBKDF2-SHA512", "SHA-512")
            .domain("local.test").user(SENDER).start();
        DataProbeImpl users = james.james().server().getProbe(DataProbeImpl.class);
        for (int i = 0; i < MANY; i++) {
            users.addUser(user(i), JamesUnderTest.SECRET);
        }
        return james;
    }

    private static void sendToAll(JamesUnderTest james) {
        try (SmtpDialogue dialogue = james.submission(SENDER)) {
            dialogue.command("MAIL FROM:<" + SENDER + ">", 250);
            for (int first = 0; first < MANY; first += BATCH) {
                StringBuilder commands = new StringBuilder();
                for (int i = first; i < first + BATCH; i++) {
                    commands.append("RCPT TO:<").append(user(i)).append(">\r\n");
                }
                dialogue.sendBytes(commands.toString().getBytes(StandardCharsets.US_ASCII));
                for (int i = 0; i < BATCH; i++) {
                    dialogue.expect(250);
                }
            }
            dialogue.command("DATA", 354);
            dialogue.sendContent("Subject: to all\r\n\r\nText\r\n".getBytes(StandardCharsets.US_ASCII)).expect(250);
        }
    }

    private static void awaitDelivered(JamesUnderTest james, int copies) {
        await().atMost(PATIENCE).until(() -> james.counter("localDeliveredMails_total") == copies);
    }

    /** How many inboxes there are by the number of messages in them, of all ten thousand. */
    private Map<Long, Integer> inboxesByMessages() throws MailboxException {
        Map<Long, Integer> inboxes = new TreeMap<>();
        for (int i = 0; i < MANY; i++) {
            inboxes.merge(mailboxes.inInbox(user(i)), 1, Integer::sum);
        }
        return inboxes;
    }

    @Test
    void oneMailToTenThousandMailboxesIsOnceInEachWithOneThatFailsAndOneThatStalls() throws Exception {
        Sinks.Empty<Void> release = Sinks.empty();
        mailboxes.beforeDelivery(BROKEN, () -> Mono.error(new MailboxNameException("ordered by the test")));
        mailboxes.beforeDelivery(STALLED, release::asMono);
        try (JamesUnderTest james = start()) {
            sendToAll(james);

            // Neither the two, but the sender gets the bounce of the one.
            awaitDelivered(james, MANY - 2 + 1);
            assertThat(inboxesByMessages()).isEqualTo(Map.of(0L, 2, 1L, MANY - 2));
            assertThat(mailboxes.inInbox(STALLED)).isZero();
            release.emitEmpty(Sinks.EmitFailureHandler.FAIL_FAST);
            awaitDelivered(james, MANY - 1 + 1);
            assertThat(inboxesByMessages()).isEqualTo(Map.of(0L, 1, 1L, MANY - 1));
            assertThat(mailboxes.inInbox(BROKEN)).isZero();
            assertThat(james.inboxTexts(SENDER)).singleElement().asString().contains(BROKEN).doesNotContain(STALLED);
        }
    }
}
