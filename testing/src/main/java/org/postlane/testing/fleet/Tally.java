// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing.fleet;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Counts copies: how often each recipient got each mail, told apart by its Message-ID. Takes the fleet's mails in place of the
 * fleet, so that a hundred thousand cost little. Thread-safe.
 */
public final class Tally {
    private final Map<String, Integer> copies = new ConcurrentHashMap<>();

    /** Counts what the fleet takes from now on. */
    public Tally(Fleet fleet) {
        fleet.onMail(mail -> mail.recipients()
            .forEach(recipient -> copies.merge(key(mail.messageId(), recipient), 1, Integer::sum)));
    }

    /** How a copy is named here: the mail's Message-ID and the recipient. */
    public static String key(String messageId, String recipient) {
        return messageId + " " + recipient;
    }

    /** Which copies arrived, however often. */
    public int arrived() {
        return copies.size();
    }

    /** Those of the expected copies that did not arrive. */
    public List<String> lost(Collection<String> expected) {
        return expected.stream().filter(key -> !copies.containsKey(key)).toList();
    }

    /** The copies that arrived more than once, and how often. */
    public List<String> repeated() {
        return copies.entrySet().stream().filter(copy -> copy.getValue() > 1)
            .map(copy -> copy.getKey() + ": " + copy.getValue()).toList();
    }
}
