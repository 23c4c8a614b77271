// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** What a server has seen. Thread-safe: one lock, held for moments only. */
final class Recorder {
    private final boolean keepMails;
    private final Consumer<ReceivedMail> listener;
    private final List<ReceivedMail> received = new ArrayList<>();
    private final List<ReceivedMail> unaccepted = new ArrayList<>();
    private final List<Violation> violations = new ArrayList<>();
    private final List<Connection> connections = new ArrayList<>();
    private final Map<String, Long> commands = new TreeMap<>();
    private int opened;
    private int refused;
    private int open;
    private int maxOpen;
    private long transactions;
    private long accepted;

    Recorder(boolean keepMails, Consumer<ReceivedMail> listener) {
        this.keepMails = keepMails;
        this.listener = listener;
    }

    /** The number of the next connection, counted as open from now on; 0 where the limit is reached. */
    synchronized int admit(int maxConnections) {
        if (open >= maxConnections) {
            refused++;
            return 0;
        }
        open++;
        maxOpen = Math.max(maxOpen, open);
        return ++opened;
    }

    synchronized void add(Connection connection) {
        connections.add(connection);
    }

    synchronized void ended() {
        open--;
    }

    synchronized void command(String verb) {
        commands.merge(verb, 1L, Long::sum);
    }

    synchronized void transaction() {
        transactions++;
    }

    synchronized void violation(Violation violation) {
        violations.add(violation);
    }

    void mail(ReceivedMail mail, boolean taken) {
        synchronized (this) {
            if (taken) {
                accepted++;
            }
            if (keepMails) {
                (taken ? received : unaccepted).add(mail);
            }
        }
        if (taken) {
            listener.accept(mail);
        }
    }

    synchronized void forget() {
        received.clear();
        unaccepted.clear();
        violations.clear();
        connections.removeIf(connection -> !connection.isOpen());
    }

    synchronized List<ReceivedMail> received() {
        return List.copyOf(received);
    }

    synchronized List<ReceivedMail> unaccepted() {
        return List.copyOf(unaccepted);
    }

    synchronized List<Violation> violations() {
        return List.copyOf(violations);
    }

    synchronized List<Connection> connections() {
        return List.copyOf(connections);
    }

    synchronized Statistics statistics() {
        return new Statistics(opened, refused, open, maxOpen, transactions, accepted, new TreeMap<>(commands));
    }
}
