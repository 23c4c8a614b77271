// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.postlane.benchmarks.frame.Comparison;
import org.postlane.benchmarks.frame.Group;
import org.postlane.benchmarks.frame.Options;

/** One mail to one user whose client is idle, while others get mail too: from the reply to the final dot until IDLE tells it. */
final class ChatBenchmark {
    /** The one who chats, and those who get the other mail. */
    private static final int USERS = 101;
    private static final Map<String, String> QUICK = Map.of("mails", "30", "run-up", "200", "warm-up", "30", "rounds", "2");

    private ChatBenchmark() {
    }

    static void run(List<String> arguments) throws Exception {
        Map<String, String> defaults = new LinkedHashMap<>();
        defaults.put("mails", "400");
        defaults.put("rate", "10");
        defaults.put("background", "50");
        defaults.put("inbox", "50");
        defaults.put("run-up", "20000");
        defaults.put("run-up-portion", "1000");
        defaults.put("warm-up", "200");
        defaults.put("with", MailboxServers.ALL);
        defaults.putAll(Defaults.MAILBOXES);
        Options options = Options.parse(arguments, defaults, QUICK);
        Publication publication = new Publication("chat",
            "From the final dot to IMAP IDLE, beside " + options.text("background") + " mails/s to others", options);
        try (MailboxServers servers = MailboxServers.start(options)) {
            servers.populate(USERS);
            Comparison comparison = new Comparison(options.number("rounds", 1), System.err::println);
            List<ChatContestant> contestants = new ArrayList<>();
            servers.all().values().forEach(james -> contestants.add(new ChatContestant(james, USERS, options)));
            comparison.warmUp(contestants);
            publication.publish(Map.of(), List.of(
                new Group(options.text("background") + " mails/s", comparison.measure(contestants))));
        }
    }
}
