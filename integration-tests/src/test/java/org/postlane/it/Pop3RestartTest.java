// SPDX-License-Identifier: Apache-2.0
package org.postlane.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.postlane.it.JamesUnderTest.SECRET;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postlane.testing.james.LastingMailboxes;

/** POP3 over sockets on mailboxes that last, of a James that is stopped and started. */
class Pop3RestartTest {
    private static final String ANN = "ann@example.test";
    private static final String BOB = "bob@example.test";

    @TempDir
    Path directory;

    private static JamesUnderTest start(LastingMailboxes mailboxes) throws Exception {
        return JamesUnderTest.postlane().domain("example.test").user(ANN).user(BOB).override(mailboxes).start();
    }

    private static Pop3Client login(JamesUnderTest james) throws Exception {
        return Pop3Client.plain(james.port("pop3")).login(ANN, SECRET);
    }

    /** What a client that leaves its mail on the server knows: the octets of each message by its unique id. */
    private static Map<String, String> maildrop(JamesUnderTest james) throws Exception {
        Map<String, String> messages = new TreeMap<>();
        try (Pop3Client client = login(james)) {
            for (String line : client.list("UIDL")) {
                String[] words = line.split(" ");
                messages.put(words[1], new String(client.retr(Integer.parseInt(words[0])), ISO_8859_1));
            }
            client.ask("QUIT");
        }
        return messages;
    }

    private static void deliver(JamesUnderTest james, String subject, int expected) {
        james.send(BOB, List.of(ANN), "Subject: " + subject + "\n\n.\nText of " + subject + "\n");
        await().atMost(Duration.ofSeconds(30)).until(() -> maildrop(james).size() == expected);
    }

    @Test
    void uniqueIdsAndMessagesAreTheSameAfterARestartAndNewMailGetsNoIdThatWasThereBefore() throws Exception {
        Map<String, String> before;
        String removed;
        try (LastingMailboxes mailboxes = new LastingMailboxes(directory); JamesUnderTest james = start(mailboxes)) {
            deliver(james, "one", 1);
            deliver(james, "two", 2);
            deliver(james, "three", 3);
            try (Pop3Client client = login(james)) {
                removed = client.ask("UIDL 3").split(" ")[2];
                client.say("DELE 3", "QUIT");
            }
            before = maildrop(james);
            assertThat(before).hasSize(2).doesNotContainKey(removed);
        }

        try (LastingMailboxes mailboxes = new LastingMailboxes(directory); JamesUnderTest james = start(mailboxes)) {
            assertThat(maildrop(james)).isEqualTo(before);
            deliver(james, "four", 3);
            assertThat(maildrop(james)).containsAllEntriesOf(before).doesNotContainKey(removed);
        }
    }
}
