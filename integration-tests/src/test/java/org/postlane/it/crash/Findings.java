// SPDX-License-Identifier: Apache-2.0
package org.postlane.it.crash;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.postlane.it.ServerProcess;
import org.postlane.testing.fleet.Fleet;
import org.postlane.testing.fleet.FleetMail;

/** How often each copy was found: at the hosts elsewhere, which are watched, and in the mailboxes, which are read when asked. */
final class Findings {
    private static final Pattern MESSAGE_ID = Pattern.compile("(?im)^message-id:\\s*<([^>]*)>");
    private static final Pattern FINAL_RECIPIENT = Pattern.compile("(?im)^final-recipient:\\s*rfc822;\\s*(\\S+)");
    private static final Pattern ACTION = Pattern.compile("(?im)^action:\\s*failed");

    private final Map<String, Integer> elsewhere = new ConcurrentHashMap<>();
    private Map<String, Integer> here = Map.of();

    Findings(Fleet fleet) {
        fleet.onMail(this::took);
    }

    private void took(FleetMail mail) {
        mail.recipients().forEach(recipient -> elsewhere.merge(Letter.copy(mail.messageId(), recipient), 1, Integer::sum));
    }

    /** Reads all mailboxes anew, and says which copies of these mails are nowhere. */
    List<String> missing(Collection<Letter> letters, ServerProcess server) {
        here = read(server);
        return letters.stream().flatMap(letter -> letter.copies().stream())
            .filter(copy -> !elsewhere.containsKey(copy) && !here.containsKey(copy)).sorted().toList();
    }

    private static Map<String, Integer> read(ServerProcess server) {
        Map<String, Integer> found = new HashMap<>();
        for (String user : List.of(Letter.BOB, Letter.CAROL)) {
            server.inbox(user).forEach(message -> first(MESSAGE_ID, text(message))
                .ifPresent(id -> found.merge(Letter.copy(id, user), 1, Integer::sum)));
        }
        server.inbox(Letter.SENDER).stream().map(Findings::text).filter(text -> ACTION.matcher(text).find())
            .forEach(text -> first(FINAL_RECIPIENT, text)
                .ifPresent(recipient -> found.merge(Letter.report(recipient), 1, Integer::sum)));
        return found;
    }

    private static String text(byte[] message) {
        return new String(message, ISO_8859_1);
    }

    private static Optional<String> first(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
    }

    /** Copies that hosts elsewhere got more often than once: how many too many. */
    int repeatedElsewhere() {
        return tooMany(elsewhere);
    }

    /** Copies that were in a mailbox more often than once when it was read last: how many too many. */
    int repeatedHere() {
        return tooMany(here);
    }

    private static int tooMany(Map<String, Integer> copies) {
        return copies.values().stream().mapToInt(times -> times - 1).sum();
    }
}
