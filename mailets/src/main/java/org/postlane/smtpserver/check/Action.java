// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.check;

import java.util.Locale;

import org.postlane.james.Parameters;

/** What becomes of a client that a check has something against. */
enum Action {
    /** Its mail is refused. */
    REJECT,
    /** It is logged and counted, and its mail is taken. */
    LOG,
    /** Nothing. */
    IGNORE;

    private static final String EXPECTED = "reject, log or ignore";

    static Action read(Parameters parameters, String key, Action absent) {
        return parameters.text(key, EXPECTED).map(text -> {
            for (Action action : values()) {
                if (action.name().toLowerCase(Locale.ROOT).equals(text.toLowerCase(Locale.ROOT))) {
                    return action;
                }
            }
            throw parameters.error(key, EXPECTED);
        }).orElse(absent);
    }
}
