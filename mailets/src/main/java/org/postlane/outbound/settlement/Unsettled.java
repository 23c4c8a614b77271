// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.settlement;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The mails of one queue that nothing can be done with at present. Safe for use by several threads. */
public final class Unsettled {
    /** Names are remembered beyond the hand: a mail that was given back comes again. */
    static final int MOST_NAMES = 1000;

    /** What is the matter with each, the oldest trouble first. */
    private final Map<String, String> causes = new LinkedHashMap<>();

    /**
     * Something cannot be done for a mail.
     *
     * @return whether that is news
     */
    public synchronized boolean fails(String mail, Throwable why) {
        boolean first = causes.put(mail, String.valueOf(why)) == null;
        if (causes.size() > MOST_NAMES) {
            Iterator<String> oldest = causes.keySet().iterator();
            oldest.next();
            oldest.remove();
        }
        return first;
    }

    /** All was done for it. */
    synchronized void settled(String mail) {
        causes.remove(mail);
    }

    /** What is the matter; empty when nothing is. */
    public synchronized Optional<String> problem() {
        return causes.entrySet().stream().findFirst()
            .map(first -> causes.size() + (causes.size() == 1 ? " mail, " : " mails, the first of them ") + first.getKey() + ": "
                + first.getValue());
    }
}
