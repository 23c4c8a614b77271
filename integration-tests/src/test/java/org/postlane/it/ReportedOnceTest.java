// SPDX-License-Identifier: Apache-2.0
package org.postlane.it;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import javax.inject.Inject;

import org.apache.james.rrt.api.RecipientRewriteTable;
import org.apache.james.rrt.lib.Mapping;
import org.apache.james.rrt.lib.MappingSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postlane.testing.SmtpDialogue;

/** The sender of a mail in an error processor of the sample configuration hears of it once, whatever its repository does. */
class ReportedOnceTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration A_MOMENT = Duration.ofSeconds(1);
    private static final String BOB = "bob@local.test";
    private static final String ERRORS = "/mailRepositories/var%2Fmail%2Ferror/mails";
    /** As many as the sample takes for a mail that goes round for ever. */
    private static final String TOO_MANY_HOPS = "Received: from a.test by b.test; Mon, 23 Nov 2026 07:00:00 +0000\r\n".repeat(31);

    private static final String SID = "sid@local.test";
    private static final String CLUB = "club@local.test";
    private static final Table TABLE = new Table();

    private static JamesUnderTest james;

    /** James' rewrite table. */
    private static final class Table {
        @Inject
        private RecipientRewriteTable table;
    }

    @BeforeAll
    static void start() throws Exception {
        james = JamesUnderTest.postlane()
            .replace("mailrepositorystore.xml", "org.apache.james.mailrepository.memory.MemoryMailRepository",
                RefusingRepository.class.getName())
            .domain("local.test").user("ann@local.test").user("amy@local.test").user(BOB)
            .user(SID).alias(CLUB, SID).override(binder -> binder.requestInjection(TABLE)).start();
    }

    @AfterAll
    static void stop() {
        james.close();
    }

    @BeforeEach
    void reset() {
        RefusingRepository.REFUSES.set(false);
        RefusingRepository.REFUSED.set(0);
        RefusingRepository.TAKEN_BEFORE_REMOVAL.set(0);
        RefusingRepository.REMOVED.set(0);
    }

    private static void sendRoundForEver(String sender) {
        try (SmtpDialogue dialogue = james.submission(sender)) {
            dialogue.sendMail(sender, List.of(BOB), (TOO_MANY_HOPS + "Subject: round\r\n\r\nText\r\n").getBytes(US_ASCII));
        }
    }

    private static void awaitOneReport(String sender) {
        await().atMost(PATIENCE).until(() -> !james.inboxTexts(sender).isEmpty());
        await().during(A_MOMENT).atMost(PATIENCE).until(() -> james.inboxTexts(sender).size() == 1);
        assertThat(james.inboxTexts(sender)).singleElement().asString().contains("5.4.6").contains("goes round in a circle");
    }

    private static void awaitTaken(String sender, int times) {
        await("stored " + times + " times").atMost(PATIENCE)
            .until(() -> RefusingRepository.TAKEN_FROM.stream().filter(sender::equals).count() == times);
    }

    /** The spooler runs it five times, and then its own repository does not take it either. */
    @Test
    void alsoWhereTheRepositoryNeverTakesTheMail() {
        RefusingRepository.REFUSES.set(true);
        sendRoundForEver("ann@local.test");

        awaitOneReport("ann@local.test");
        await().atMost(PATIENCE).until(() -> RefusingRepository.REFUSED.get() > 5);
        assertThat(james.inboxTexts("ann@local.test")).hasSize(1);
    }

    /** James takes out what it has handed to the spool, here after it has failed again. */
    @Test
    void andNotAgainWhenTheMailIsProcessedAgainFromTheRepositoryWhereItIsKept() {
        sendRoundForEver("amy@local.test");
        awaitOneReport("amy@local.test");
        awaitTaken("amy@local.test", 1);

        RefusingRepository.TAKEN_BEFORE_REMOVAL.set(RefusingRepository.TAKEN_FROM.size() + 1);
        assertThat(james.webadmin("PATCH", ERRORS + "?action=reprocess").statusCode()).isEqualTo(201);
        awaitTaken("amy@local.test", 2);
        await().atMost(PATIENCE).until(() -> RefusingRepository.REMOVED.get() == 1);
        assertThat(james.webadmin(ERRORS)).contains("-again-1\"");
        awaitOneReport("amy@local.test");
    }

    /** Stock asks a matcher first, which takes a rewrite table that does not answer for "no". */
    @Test
    void aReportToAnAddressThatRunsInACircleIsKeptAndGoesRoundNoFurther() throws Exception {
        james.send(SID, List.of(CLUB), "Subject: one\n\nText\n");
        await().atMost(PATIENCE).until(() -> james.inbox(SID).size() == 1);
        // Directly: James' administration makes no circle, unless two make half of it each at the same moment.
        TABLE.table.addMapping(MappingSource.parse(SID), Mapping.alias(CLUB));
        james.send(SID, List.of(CLUB), "Subject: two\n\nText\n");

        awaitTaken(SID, 1);
        awaitTaken("<>", 1);
        await().during(A_MOMENT).atMost(PATIENCE).until(() -> RefusingRepository.TAKEN_FROM.stream()
            .filter(List.of(SID, "<>")::contains).count() == 2);
        assertThat(james.inbox(SID)).hasSize(1);
    }
}
