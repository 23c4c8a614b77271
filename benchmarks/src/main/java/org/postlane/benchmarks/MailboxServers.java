// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

import org.postlane.benchmarks.frame.Closing;
import org.postlane.benchmarks.frame.Options;
import org.postlane.benchmarks.frame.UsageError;
import org.postlane.benchmarks.james.MailboxStore;
import org.postlane.benchmarks.peers.MailboxJames;

/** The servers with mailboxes that take part in one run, by their words, in the order of {@code --with}. */
final class MailboxServers implements AutoCloseable {
    static final String ALL = "stock-memory,postlane-memory,stock-jpa,postlane-jpa,stock-durable,postlane-durable";
    private static final Set<String> KNOWN = Set.of(ALL.split(","));

    private final Map<String, MailboxJames> all = new LinkedHashMap<>();

    private MailboxServers() {
    }

    static MailboxServers start(Options options) throws IOException {
        MailboxServers servers = new MailboxServers();
        try {
            for (String word : options.list("with")) {
                if (!KNOWN.contains(word)) {
                    throw new UsageError("--with " + word + ": known are " + ALL.replace(",", ", "));
                }
                System.err.println("starting " + word);
                servers.all.put(word, start(word, options));
            }
            return servers;
        } catch (IOException | RuntimeException e) {
            servers.close();
            throw e;
        }
    }

    private static MailboxJames start(String word, Options options) throws IOException {
        boolean postlane = word.startsWith("postlane-");
        MailboxStore store = MailboxStore.valueOf(word.substring(word.indexOf('-') + 1).toUpperCase(Locale.ROOT));
        return MailboxJames.start("James, " + (postlane ? "Postlane" : "stock") + ", " + store.title(), postlane, store,
            Path.of(options.text("work")), options.is("keep"));
    }

    Map<String, MailboxJames> all() {
        return all;
    }

    static boolean inMemory(String word) {
        return word.endsWith("-memory");
    }

    /** Users with an inbox, in each. */
    void populate(int users) throws IOException {
        for (MailboxJames james : all.values()) {
            System.err.println(users + " users: " + james.name());
            james.populate(users);
        }
    }

    /** The processes of servers end with this one, whatever happens to it. */
    @Override
    public void close() throws IOException {
        Closing.all(all.values());
    }
}
