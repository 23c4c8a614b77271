// SPDX-License-Identifier: Apache-2.0
package org.postlane.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.postlane.it.JamesUnderTest.SECRET;
import static org.postlane.it.Pop3Fixture.SMALL;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The lock, the snapshot, what is removed when, and what happens where the mailbox does not do as it should. */
class Pop3MaildropTest {
    private static final String IN_USE = "-ERR [IN-USE] another session has this maildrop";
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @RegisterExtension
    static Pop3Fixture pop3 = Pop3Fixture.postlane();

    private static String tryLogin(String user) throws IOException {
        try (Pop3Client client = pop3.connect()) {
            return client.say("USER " + user, "PASS " + SECRET).get(1);
        }
    }

    private static List<Long> uids(String user) throws Exception {
        return pop3.maildrops.inbox(user).uids();
    }

    /** A client that fails throws, and is asked again. */
    private static void awaitLogin(String user) {
        await().atMost(PATIENCE).ignoreExceptions().until(() -> tryLogin(user).startsWith("+OK"));
    }

    @Test
    void aSecondLoginIsToldThatTheMaildropIsInUseOnWhateverListener() throws Exception {
        String user = pop3.user(SMALL);
        try (Pop3Client first = pop3.login(user)) {
            assertThat(tryLogin(user)).isEqualTo(IN_USE);
            try (Pop3Client second = Pop3Client.overTls(pop3.tlsPort())) {
                assertThat(second.say("USER " + user.toUpperCase(Locale.ROOT), "PASS " + SECRET).get(1)).isEqualTo(IN_USE);
            }
            assertThat(tryLogin(pop3.user())).as("another user").startsWith("+OK");
            assertThat(first.ask("STAT")).isEqualTo("+OK 1 23");
            first.ask("QUIT");
        }
        assertThat(tryLogin(user)).isEqualTo("+OK 1 messages (23 octets)");
    }

    @Test
    void theLockIsTheUsersAndNotThatOfTheNameThatWasTyped() throws Exception {
        String user = pop3.user(SMALL);
        try (Pop3Client first = pop3.login(user.toUpperCase(Locale.US));
             Pop3Client second = pop3.connect(); Pop3Client third = pop3.connect()) {
            assertThat(first.ask("STAT")).isEqualTo("+OK 1 23");
            assertThat(second.say("USER " + user, "PASS " + SECRET)).last().asString().startsWith("-ERR [IN-USE]");
            assertThat(third.say("USER nick." + user, "PASS " + SECRET)).last().asString().startsWith("-ERR [IN-USE]");
            first.ask("QUIT");
            assertThat(third.login("nick." + user, SECRET).ask("STAT")).isEqualTo("+OK 1 23");
            assertThat(second.say("USER " + user, "PASS " + SECRET)).last().asString().startsWith("-ERR [IN-USE]");
        }
    }

    @Test
    void aWrongPasswordLearnsNothingOfTheLock() throws Exception {
        String user = pop3.user();
        try (Pop3Client holder = pop3.login(user); Pop3Client guesser = pop3.connect()) {
            assertThat(guesser.say("USER " + user, "PASS wrong").get(1)).startsWith("-ERR [AUTH]");
            assertThat(holder.ask("NOOP")).startsWith("+OK");
        }
    }

    @Test
    void aDroppedConnectionRemovesNothingAndReleasesTheLock() throws Exception {
        String user = pop3.user(SMALL, SMALL);
        Pop3Client closed = pop3.login(user);
        closed.ask("DELE 1");
        closed.close();
        awaitLogin(user);
        Pop3Client killed = pop3.connect();
        await().atMost(PATIENCE).until(() -> killed.say("USER " + user, "PASS " + SECRET).get(1).startsWith("+OK"));
        killed.ask("DELE 1");
        killed.reset();
        awaitLogin(user);
        assertThat(uids(user)).containsExactly(1L, 2L);
    }

    @Test
    void anIdleClientIsClosedWithoutAWordAndWithoutRemovingAnything() throws Exception {
        String user = pop3.user(SMALL);
        try (Pop3Client idle = Pop3Client.plain(pop3.hastyPort()).login(user, SECRET)) {
            idle.ask("DELE 1");
            assertThat(idle.rest()).isEmpty();
        }
        assertThat(tryLogin(user)).startsWith("+OK 1 ");
    }

    @Test
    void aClientThatTakesNothingLosesTheLockAfterTheIdleTime() throws Exception {
        String user = pop3.user(SMALL);
        pop3.maildrops.content = content -> new Endless(content, new AtomicLong());
        try (Pop3Client stuck = Pop3Client.slow(pop3.hastyPort()).login(user, SECRET)) {
            stuck.send("RETR 1\r\n");
            awaitLogin(user);
        }
    }

    @Test
    void aMessageIsNotReadFasterThanTheClientTakesIt() throws Exception {
        String user = pop3.user(SMALL);
        AtomicLong read = new AtomicLong();
        pop3.maildrops.content = content -> new Endless(content, read);
        try (Pop3Client slow = Pop3Client.slow(pop3.port()).login(user, SECRET)) {
            slow.send("RETR 1\r\n");
            slow.line();
            await().atMost(PATIENCE).until(() -> read.get() > 0);
            // No more is read than the kernel's buffers and one chunk hold, and it stays so.
            await().during(Duration.ofSeconds(1)).atMost(PATIENCE).until(() -> read.get() < Endless.LENGTH / 2);
        }
        await().atMost(PATIENCE).until(() -> tryLogin(user).startsWith("+OK"));
        assertThat(read.get()).isLessThan(Endless.LENGTH / 2);
    }

    @Test
    void fiftyMegabytesArriveWhole() throws Exception {
        String user = pop3.user(SMALL);
        pop3.maildrops.content = content -> new Endless(content, new AtomicLong());
        try (Pop3Client client = pop3.login(user)) {
            assertThat(client.retr(1)).hasSize((int) Endless.LENGTH);
        }
    }

    @Test
    void aMessageThatAnotherSessionRemovedIsAnErrorAndTheOthersAreTheRightOnes() throws Exception {
        String user = pop3.user("Subject: 1\r\n\r\n", "Subject: 2\r\n\r\n", "Subject: 3\r\n\r\n");
        try (Pop3Client client = pop3.login(user)) {
            pop3.maildrops.inbox(user).remove(2);
            pop3.append(user, "Subject: 4\r\n\r\n");
            assertThat(client.say("RETR 2", "TOP 2 0")).containsOnly("-ERR message 2 was removed by another session");
            assertThat(client.retr(1)).asString().contains("Subject: 1");
            assertThat(client.retr(3)).asString().contains("Subject: 3");
            assertThat(client.say("RETR 4", "STAT", "DELE 2", "DELE 3")).containsExactly("-ERR no message 4", "+OK 3 42",
                "+OK message 2 goes at QUIT", "+OK message 3 goes at QUIT");
            assertThat(client.ask("QUIT")).startsWith("+OK");
        }
        assertThat(uids(user)).containsExactly(1L, 4L);
    }

    @Test
    void whatCannotBeRemovedAtQuitIsToldAndTheLockIsReleased() throws Exception {
        String user = pop3.user(SMALL);
        pop3.maildrops.removal = () -> {
            throw new IOException("ordered by the test");
        };
        try (Pop3Client client = pop3.login(user)) {
            client.ask("DELE 1");
            assertThat(client.ask("QUIT")).isEqualTo("-ERR [SYS/TEMP] some or all deleted messages were not removed");
            assertThat(client.rest()).isEmpty();
        }
        assertThat(tryLogin(user)).startsWith("+OK 1 ");
    }

    @Test
    void aMailboxThatCannotBeListedIsNoEmptyMaildrop() throws Exception {
        String user = pop3.user(SMALL);
        pop3.maildrops.listing = () -> {
            throw new IOException("ordered by the test");
        };
        try (Pop3Client client = pop3.connect()) {
            assertThat(client.say("USER " + user, "PASS " + SECRET, "STAT")).containsExactly("+OK now PASS",
                "-ERR [SYS/TEMP] the maildrop cannot be listed now", "-ERR log in first");
            pop3.maildrops.calmDown();
            assertThat(client.login(user, SECRET).ask("STAT")).isEqualTo("+OK 1 23");
        }
    }

    @Test
    void aMessageThatBreaksOffEndsTheConnectionBeforeItsLastDot() throws Exception {
        String user = pop3.user("A: b\r\n\r\n" + "x\r\n".repeat(100_000));
        pop3.maildrops.content = content -> new BrokenMessage(content, 200_000);
        try (Pop3Client client = pop3.login(user)) {
            client.send("RETR 1\r\n");
            assertThat(client.rest()).startsWith("+OK").contains("\r\nx\r\n").doesNotContain("\r\n.\r\n");
        }
        pop3.maildrops.calmDown();
        awaitLogin(user);
    }

    @Test
    void aMessageThatCannotBeReadAtAllIsATemporaryErrorAndTheSessionGoesOn() throws Exception {
        pop3.maildrops.content = content -> new BrokenMessage(content, 0);
        try (Pop3Client client = pop3.login(pop3.user(SMALL))) {
            assertThat(client.say("RETR 1", "NOOP")).containsExactly("-ERR [SYS/TEMP] the message cannot be read now",
                "+OK nothing done");
            pop3.maildrops.calmDown();
            assertThat(client.retr(1)).asString().isEqualTo(SMALL);
        }
    }

    @Test
    void aMaildropOfFiveThousandMessagesIsListedOnceForAWholeSession() throws Exception {
        int messages = 5000;
        String user = pop3.user();
        for (int number = 1; number <= messages; number++) {
            pop3.append(user, "Subject: " + number + "\r\n\r\n");
        }
        pop3.maildrops.calls.clear();
        try (Pop3Client client = pop3.login(user)) {
            assertThat(client.ask("STAT")).startsWith("+OK 5000 ");
            assertThat(client.list("LIST")).hasSize(messages);
            assertThat(client.list("UIDL")).hasSize(messages).doesNotHaveDuplicates();
            client.say("LIST 17", "UIDL 17", "RSET", "NOOP");
            assertThat(pop3.maildrops.count("getMessage")).isZero();
            for (int number = 1; number <= messages; number += 50) {
                assertThat(client.retr(number)).asString().isEqualTo("Subject: " + number + "\r\n\r\n");
                client.ask("DELE " + number);
            }
            assertThat(client.ask("STAT")).startsWith("+OK 4900 ");
            assertThat(client.ask("QUIT")).isEqualTo("+OK 100 messages removed, 4900 left");
        }
        assertThat(pop3.maildrops.count("getMessages")).isEqualTo(1);
        assertThat(pop3.maildrops.count("getIdentifier")).isEqualTo(1);
        assertThat(pop3.maildrops.count("getMessage")).isEqualTo(100);
        assertThat(pop3.maildrops.count("remove")).isEqualTo(1);
    }

    @Test
    void noThreadOfNettyWaitsForAMailbox() throws Exception {
        String stalled = pop3.user(SMALL);
        String other = pop3.user(SMALL);
        CountDownLatch release = new CountDownLatch(1);
        pop3.maildrops.listing = () -> awaitUninterruptibly(release);
        // The listener has one Netty thread for all its connections.
        try (Pop3Client first = Pop3Client.plain(pop3.hastyPort()); Pop3Client second = Pop3Client.plain(pop3.hastyPort())) {
            first.ask("USER " + stalled);
            first.send("PASS " + SECRET + "\r\n");
            await().atMost(PATIENCE).until(() -> pop3.maildrops.count("getMessages") == 1);
            pop3.maildrops.listing = WatchedMaildrops.NONE;
            assertThat(second.login(other, SECRET).retr(1)).asString().isEqualTo(SMALL);
            second.ask("QUIT");
            release.countDown();
            assertThat(first.line()).startsWith("+OK 1 ");
        } finally {
            release.countDown();
        }
        assertThat(pop3.maildrops.calls).extracting(WatchedMaildrops.Call::thread)
            .allMatch(thread -> thread.startsWith("pop3-worker"));
    }

    @Test
    void aClientThatIsGoneDuringItsLoginLeavesNoLockBehind() throws Exception {
        String user = pop3.user(SMALL);
        CountDownLatch release = new CountDownLatch(1);
        pop3.maildrops.listing = () -> awaitUninterruptibly(release);
        try (Pop3Client client = pop3.connect()) {
            client.ask("USER " + user);
            client.send("PASS " + SECRET + "\r\nDELE 1\r\n");
            await().atMost(PATIENCE).until(() -> pop3.maildrops.count("getMessages") == 1);
            client.reset();
        } finally {
            pop3.maildrops.listing = WatchedMaildrops.NONE;
            release.countDown();
        }
        awaitLogin(user);
        assertThat(uids(user)).hasSize(1);
    }

    private static void awaitUninterruptibly(CountDownLatch latch) throws IOException {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    /** Fifty megabytes of lines, in the place of a message. */
    private static final class Endless extends FilterInputStream {
        static final long LENGTH = 50_000_000;
        private final AtomicLong read;
        private long position;

        Endless(InputStream message, AtomicLong read) {
            super(message);
            this.read = read;
        }

        @Override
        public int read() {
            if (position == LENGTH) {
                return -1;
            }
            read.incrementAndGet();
            long left = LENGTH - position++;
            return left == 2 ? '\r' : left == 1 ? '\n' : 'x';
        }

        @Override
        public int read(byte[] target, int offset, int length) {
            for (int i = 0; i < length; i++) {
                int octet = read();
                if (octet < 0) {
                    return i == 0 ? -1 : i;
                }
                target[offset + i] = (byte) octet;
            }
            return length;
        }
    }
}
