// SPDX-License-Identifier: Apache-2.0
package org.postlane.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import javax.mail.Flags;
import javax.mail.Folder;
import javax.mail.Message;
import javax.mail.Session;
import javax.mail.Store;

import com.google.inject.util.Modules;
import org.apache.james.core.Username;
import org.apache.james.core.quota.QuotaCountLimit;
import org.apache.james.mailbox.exception.MailboxException;
import org.apache.james.mailbox.model.MailboxPath;
import org.apache.james.modules.MailboxProbeImpl;
import org.apache.james.modules.QuotaProbesImpl;
import org.apache.james.modules.protocols.SieveProbeImpl;
import org.apache.james.utils.GuiceProbe;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * Local delivery in a real James with the project's conf/, behind James' own Sieve, filtering and vacation. Each test has users
 * of its own. The time limit is so short that a loaded machine may exceed it: then mail comes later, and still comes once.
 */
class FanOutTest {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final String SENDER = "sender@local.test";
    private static final String DELIVERY = "<mailet match=\"All\" class=\"org.postlane.mailet.FanOutLocalDelivery\"/>";
    private static final String DIRECTIVE = """
        <mailet match="RecipientIs=filed@local.test" class="WithStorageDirective">
            <targetFolderName>Archive</targetFolderName>
            <seen>true</seen>
            <important>true</important>
            <keywords>work</keywords>
        </mailet>
        """;
    /** As in James' own sample, for a James with JMAP. */
    private static final String OF_JMAP = """
        <mailet match="All" class="VacationMailet">
            <onMailetException>ignore</onMailetException>
        </mailet>
        <mailet match="All" class="org.apache.james.jmap.mailet.filter.JMAPFiltering">
            <onMailetException>ignore</onMailetException>
        </mailet>
        """;
    private static final Pattern MAIL_KEY = Pattern.compile("\"(error-[^\"]*)\"");

    private static final Properties IMAP = new Properties();

    static {
        IMAP.setProperty("mail.imap.peek", "true");
        IMAP.setProperty("mail.imap.timeout", "10000");
    }

    private static final FaultyMailboxes MAILBOXES = new FaultyMailboxes();
    private static JamesUnderTest james;

    @BeforeAll
    static void start() throws Exception {
        james = JamesUnderTest.postlane()
            .override(Modules.combine(MAILBOXES, UserRules.module()))
            .replace("imapserver.xml", "${sys:postlane.imap.requireTls:-true}", "false")
            .replace("mailetcontainer.xml", "<localProcessor>", "<localTimeout>2 s</localTimeout><localProcessor>")
            .replace("mailetcontainer.xml", DELIVERY, OF_JMAP + DIRECTIVE + DELIVERY)
            .domain("local.test").user(SENDER)
            .user("bob@local.test").user("carol@local.test").user("filed@local.test").user("plain@local.test")
            .user("jim@local.test").user("joe@local.test").user("away@local.test").user("shaky@local.test")
            .user("broken@local.test").user("full@local.test").user("stalled@local.test").user("free@local.test")
            .user("dora@local.test")
            .start();
    }

    @AfterAll
    static void stop() {
        james.close();
    }

    private static <T extends GuiceProbe> T probe(Class<T> type) {
        return james.james().server().getProbe(type);
    }

    /** Sends a mail and waits until so many mailboxes of James have got another copy of anything. */
    private static void sendAndAwait(int copies, String subject, String... recipients) {
        long before = delivered();
        send(subject, recipients);
        awaitDelivered(before + copies);
    }

    private static void send(String subject, String... recipients) {
        james.send(SENDER, List.of(recipients), "From: " + SENDER + "\nSubject: " + subject + "\n\nhello\n");
    }

    private static long delivered() {
        return james.counter("localDeliveredMails_total");
    }

    private static void awaitDelivered(long copies) {
        await().atMost(PATIENCE).until(() -> delivered() == copies);
    }

    private static List<String> inbox(String user, String subject) {
        return james.inboxTexts(user).stream().filter(mail -> mail.contains("Subject: " + subject + "\r\n")).toList();
    }

    /** What a folder holds, over IMAP, as it is without a look from outside. James does not answer each command. */
    private static void inFolder(String user, String name, OnlyMessage check) {
        await("James' IMAP answers").atMost(PATIENCE).ignoreExceptionsInstanceOf(IOException.class).untilAsserted(() -> {
            try (Store store = Session.getInstance(IMAP).getStore("imap")) {
                store.connect(JamesUnderTest.LOOPBACK, james.port("imap"), user, JamesUnderTest.SECRET);
                Folder folder = store.getFolder(name);
                folder.open(Folder.READ_ONLY);
                assertThat(folder.getMessageCount()).isEqualTo(1);
                Message message = folder.getMessage(1);
                ByteArrayOutputStream out = new ByteArrayOutputStream();
                message.writeTo(out);
                check.accept(message.getFlags(), out.toString(StandardCharsets.ISO_8859_1));
            }
        });
    }

    /** Looks at the only message of a folder. */
    private interface OnlyMessage {
        void accept(Flags flags, String text);
    }

    /** What James' repository of errors says of the mails with this recipient. */
    private static List<String> errorMails(String recipient) {
        String repository = "/mailRepositories/var%2Fmail%2Ferror%2F/mails";
        return MAIL_KEY.matcher(james.webadmin(repository)).results().map((MatchResult key) -> key.group(1))
            .map(key -> james.webadmin(repository + "/" + key)).filter(mail -> mail.contains(recipient)).toList();
    }

    @Test
    void sieveDecidesTheFolderOfOneRecipientAndTheOthersFindTheMailInTheirInbox() throws Exception {
        probe(SieveProbeImpl.class).addActiveSieveScript("bob@local.test", "lists",
            "require [\"fileinto\"];\nif header :contains \"Subject\" \"sieve\" { fileinto \"Lists\"; }\n");
        sendAndAwait(2, "sieve", "bob@local.test", "carol@local.test");

        inFolder("bob@local.test", "Lists", (flags, text) -> assertThat(text).contains("Subject: sieve\r\n"));
        assertThat(inbox("bob@local.test", "sieve")).isEmpty();
        assertThat(inbox("carol@local.test", "sieve")).hasSize(1);
    }

    @Test
    void whoseScriptCannotBeReadGetsTheMailWhenItCanAndIsFiltered() throws Exception {
        probe(SieveProbeImpl.class).addActiveSieveScript("dora@local.test", "all",
            "require [\"fileinto\"];\nfileinto \"Lists\";\n");
        Path active = james.conf("").resolveSibling("sieve").resolve("dora@local.test").resolve(".active");
        String name = Files.readString(active);
        // James' repository fails on it, as one whose database is away.
        Files.writeString(active, "");
        sendAndAwait(1, "waiting", "dora@local.test", "carol@local.test");
        assertThat(inbox("carol@local.test", "waiting")).hasSize(1);
        long before = delivered();
        Files.writeString(active, name);
        awaitDelivered(before + 1);

        inFolder("dora@local.test", "Lists", (flags, text) -> assertThat(text).contains("Subject: waiting\r\n"));
        assertThat(inbox("dora@local.test", "waiting")).isEmpty();
    }

    @Test
    void aRuleThatAUserSetOverJmapDecidesTheFolderOfThatUserAlone() throws Exception {
        MailboxPath folder = MailboxPath.forUser(Username.of("jim@local.test"), "Filtered");
        probe(UserRules.class).file("jim@local.test", "jmap", probe(MailboxProbeImpl.class).createMailbox(folder));
        sendAndAwait(2, "jmap", "jim@local.test", "joe@local.test");

        inFolder("jim@local.test", "Filtered", (flags, text) -> assertThat(text).contains("Subject: jmap\r\n"));
        assertThat(inbox("jim@local.test", "jmap")).isEmpty();
        assertThat(inbox("joe@local.test", "jmap")).hasSize(1);
    }

    @Test
    void aUserOnVacationGetsTheMailAndTheSenderTheAnswer() {
        probe(UserRules.class).goOnVacation("away@local.test", "back in spring");
        sendAndAwait(2, "vacation", "away@local.test");

        assertThat(inbox("away@local.test", "vacation")).hasSize(1);
        assertThat(james.inboxTexts(SENDER)).filteredOn(mail -> mail.contains("back in spring")).hasSize(1);
    }

    @Test
    void theFolderAndTheFlagsThatAMailetSetsForARecipientReachThatMailbox() throws Exception {
        sendAndAwait(2, "directive", "filed@local.test", "plain@local.test");

        inFolder("filed@local.test", "Archive", (flags, text) -> {
            assertThat(List.of(flags.contains(Flags.Flag.SEEN), flags.contains(Flags.Flag.FLAGGED))).containsOnly(true);
            assertThat(Arrays.asList(flags.getUserFlags())).contains("work");
        });
        inFolder("plain@local.test", "INBOX", (flags, text) -> {
            assertThat(List.of(flags.contains(Flags.Flag.SEEN), flags.contains(Flags.Flag.FLAGGED))).containsOnly(false);
            assertThat(flags.getUserFlags()).isEmpty();
        });
    }

    @Test
    void eachCopyHasItsOwnDeliveredToBehindTheReturnPathOfTheEnvelope() {
        long before = delivered();
        james.send(SENDER, List.of("bob@local.test", "carol@local.test"),
            "Return-Path: <forged@else.test>\nSubject: headers\n\nhello\n");
        awaitDelivered(before + 2);

        for (String user : List.of("bob@local.test", "carol@local.test")) {
            assertThat(inbox(user, "headers")).singleElement().asString()
                .startsWith("Return-Path: <" + SENDER + ">\r\nDelivered-To: " + user + "\r\n")
                .containsOnlyOnce("Delivered-To:").doesNotContain("forged").endsWith("\r\n\r\nhello\r\n");
        }
    }

    @Test
    void aFailureThatPassesIsTriedAgainAfterAPauseThatGrowsAndTheMailArrives() {
        AtomicInteger failures = new AtomicInteger(2);
        MAILBOXES.beforeDelivery("shaky@local.test", () -> failures.getAndDecrement() > 0
            ? Mono.error(new MailboxException("ordered by the test")) : Mono.empty());
        long retried = james.counter("postlane_local_retried_total");
        sendAndAwait(2, "shaky", "shaky@local.test", "free@local.test");

        assertThat(inbox("shaky@local.test", "shaky")).hasSize(1);
        assertThat(inbox("free@local.test", "shaky")).hasSize(1);
        assertThat(james.counter("postlane_local_retried_total")).isEqualTo(retried + 2);
        // Half of 200 ms and half of 400 ms at least.
        List<Long> attempts = MAILBOXES.attempts("shaky@local.test");
        assertThat(attempts).hasSize(3);
        assertThat(Duration.ofNanos(attempts.get(1) - attempts.get(0))).isGreaterThanOrEqualTo(Duration.ofMillis(100));
        assertThat(Duration.ofNanos(attempts.get(2) - attempts.get(1))).isGreaterThanOrEqualTo(Duration.ofMillis(200));
        assertThat(errorMails("shaky@local.test")).isEmpty();
    }

    @Test
    void whoseMailboxFailsForLongerThanTheRetriesTakeGetsTheMailLaterAndTheSenderHearsNothing() {
        AtomicInteger failures = new AtomicInteger(5);
        MAILBOXES.beforeDelivery("broken@local.test", () -> failures.getAndDecrement() > 0
            ? Mono.error(new MailboxException("ordered by the test")) : Mono.empty());
        sendAndAwait(2, "broken", "broken@local.test", "free@local.test");

        assertThat(inbox("free@local.test", "broken")).hasSize(1);
        assertThat(inbox("broken@local.test", "broken")).hasSize(1);
        assertThat(MAILBOXES.attempts("broken@local.test")).hasSize(6);
        assertThat(errorMails("broken@local.test")).isEmpty();
    }

    @Test
    void aFullMailboxIsNotTriedAgainAndGoesToTheErrorProcessorAlone() throws Exception {
        MAILBOXES.beforeDelivery("full@local.test", Mono::empty);
        QuotaProbesImpl quotas = probe(QuotaProbesImpl.class);
        quotas.setMaxMessageCount(quotas.getQuotaRoot(MailboxPath.inbox(Username.of("full@local.test"))),
            QuotaCountLimit.count(0));
        sendAndAwait(2, "full", "full@local.test", "free@local.test");

        assertThat(inbox("free@local.test", "full")).hasSize(1);
        assertThat(MAILBOXES.attempts("full@local.test")).hasSize(1);
        assertThat(inbox("full@local.test", "full")).isEmpty();
        onlyThisRecipientFailed("full@local.test");
    }

    private static void onlyThisRecipientFailed(String user) {
        await().atMost(PATIENCE).until(() -> !errorMails(user).isEmpty());
        assertThat(errorMails(user)).singleElement().asString().contains("\"recipients\":[\"" + user + "\"]");
        assertThat(james.inboxTexts(SENDER)).filteredOn(mail -> mail.contains(user)).singleElement().asString()
            .doesNotContain("free@local.test");
    }

    @Test
    void aMailboxThatStallsDelaysOnlyItselfAndThenHasEachMailOnce() {
        Sinks.Empty<Void> release = Sinks.empty();
        MAILBOXES.beforeDelivery("stalled@local.test", release::asMono);
        long overdue = james.counter("postlane_local_overdue_total");
        long before = delivered();
        send("stall 1", "stalled@local.test", "free@local.test");
        awaitDelivered(before + 1);
        await().atMost(PATIENCE).until(() -> james.counter("postlane_local_overdue_total") > overdue);
        send("stall 2", "stalled@local.test", "free@local.test");
        awaitDelivered(before + 2);
        assertThat(inbox("free@local.test", "stall 1")).hasSize(1);
        assertThat(inbox("free@local.test", "stall 2")).hasSize(1);
        assertThat(james.inbox("stalled@local.test")).isEmpty();
        await().atMost(PATIENCE).until(() -> james.webadmin("/mailQueues/local-retry").contains("\"size\":2"));
        assertThat(MAILBOXES.attempts("stalled@local.test")).as("the second mail waits for the first").hasSize(1);

        release.emitEmpty(Sinks.EmitFailureHandler.FAIL_FAST);
        awaitDelivered(before + 4);
        await().atMost(PATIENCE).until(() -> james.webadmin("/mailQueues/local-retry").contains("\"size\":0"));
        assertThat(inbox("stalled@local.test", "stall 1")).hasSize(1);
        assertThat(inbox("stalled@local.test", "stall 2")).hasSize(1);
        assertThat(MAILBOXES.attempts("stalled@local.test")).hasSize(2);
    }
}
