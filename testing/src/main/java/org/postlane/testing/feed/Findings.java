// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing.feed;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.postlane.testing.Pop3Dialogue;
import org.postlane.testing.fleet.FleetMail;

/**
 * How often each copy was found: at the hosts elsewhere, which tell of each mail that they take, and in the mailboxes, which
 * are read when asked. Hosts may tell from any thread; the rest is for one.
 */
public final class Findings {
    private static final Pattern MESSAGE_ID = Pattern.compile("(?im)^message-id:\\s*<([^>]*)>");
    private static final Pattern FINAL_RECIPIENT = Pattern.compile("(?im)^final-recipient:\\s*rfc822;\\s*(\\S+)");
    private static final Pattern ACTION = Pattern.compile("(?im)^action:\\s*failed");

    /** What every name of a copy of the run has in it. */
    private final Pattern ofTheRun;
    private final Map<String, Integer> elsewhere = new ConcurrentHashMap<>();
    /** What a message is a copy of, by user and unique id: a message never changes. */
    private final Map<String, Optional<String>> known = new HashMap<>();
    private Map<String, Integer> here = Map.of();

    /**
     * Nothing yet. Copies of other runs, which lie in the same mailboxes, do not count.
     *
     * @param run the word of the run, see {@link Letter#number}
     */
    public Findings(String run) {
        ofTheRun = Pattern.compile(Pattern.quote(run) + "\\d+@");
    }

    /** A host elsewhere took this. */
    public void took(FleetMail mail) {
        mail.recipients().stream().map(recipient -> Letter.copy(mail.messageId(), recipient)).filter(this::isOfTheRun)
            .forEach(copy -> elsewhere.merge(copy, 1, Integer::sum));
    }

    private boolean isOfTheRun(String copy) {
        return ofTheRun.matcher(copy).find();
    }

    /**
     * Reads all mailboxes, and says which copies of these mails are nowhere.
     *
     * @param login opens a mailbox of a user
     */
    public List<String> missing(Collection<Letter> letters, Function<String, Pop3Dialogue> login) {
        Map<String, Integer> found = new HashMap<>();
        for (String user : List.of(Letter.BOB, Letter.CAROL, Letter.SENDER)) {
            read(user, login, found);
        }
        here = found;
        return letters.stream().flatMap(letter -> letter.copies().stream())
            .filter(copy -> !elsewhere.containsKey(copy) && !here.containsKey(copy)).sorted().toList();
    }

    private void read(String user, Function<String, Pop3Dialogue> login, Map<String, Integer> found) {
        try (Pop3Dialogue pop3 = login.apply(user)) {
            pop3.uidl().forEach((number, id) -> known
                .computeIfAbsent(user + " " + id, any -> copyIn(user, new String(pop3.retr(number), ISO_8859_1)))
                .filter(this::isOfTheRun)
                .ifPresent(copy -> found.merge(copy, 1, Integer::sum)));
            pop3.quit();
        }
    }

    private static Optional<String> copyIn(String user, String text) {
        if (!user.equals(Letter.SENDER)) {
            return first(MESSAGE_ID, text).map(id -> Letter.copy(id, user));
        }
        return ACTION.matcher(text).find() ? first(FINAL_RECIPIENT, text).map(Letter::report) : Optional.empty();
    }

    private static Optional<String> first(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
    }

    /** Copies that hosts elsewhere got more often than once: how many too many. */
    public int repeatedElsewhere() {
        return tooMany(elsewhere);
    }

    /** Copies that were in a mailbox more often than once when it was read last: how many too many. */
    public int repeatedHere() {
        return tooMany(here);
    }

    private static int tooMany(Map<String, Integer> copies) {
        return copies.values().stream().mapToInt(times -> times - 1).sum();
    }
}
