// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Mails in hand by their names. A queue that has lost a mail gives it out again, and to this process as well as to another: then
 * the first copy may be on its way while the second one is here. What became of the first is known when it is out of the hand.
 *
 * <p>Safe for use by several threads.
 */
final class Copies {
    private final Map<String, List<QueuedMail>> byName = new HashMap<>();
    private final Map<QueuedMail, List<Runnable>> waiting = new HashMap<>();

    /** One is in hand from now on. */
    synchronized void add(QueuedMail mail) {
        byName.computeIfAbsent(mail.name(), name -> new ArrayList<>(1)).add(mail);
    }

    /** It is no longer; who waited for that goes on, on this thread. */
    void remove(QueuedMail mail) {
        List<Runnable> goOn;
        synchronized (this) {
            byName.computeIfPresent(mail.name(), (name, copies) -> copies.remove(mail) && copies.isEmpty() ? null : copies);
            goOn = waiting.remove(mail);
        }
        if (goOn != null) {
            goOn.forEach(Runnable::run);
        }
    }

    /**
     * Another mail in hand of the same name that was lost, if there is one; for one that is lost itself there is none to wait
     * for, or two might wait for each other.
     *
     * @param over runs when that one is no longer in hand; never where there is none
     */
    synchronized Optional<QueuedMail> lostOf(QueuedMail mail, Runnable over) {
        if (mail.isLost()) {
            return Optional.empty();
        }
        Optional<QueuedMail> lost = byName.getOrDefault(mail.name(), List.of()).stream()
            .filter(copy -> copy != mail && copy.isLost()).findFirst();
        lost.ifPresent(copy -> waiting.computeIfAbsent(copy, none -> new ArrayList<>(1)).add(over));
        return lost;
    }
}
