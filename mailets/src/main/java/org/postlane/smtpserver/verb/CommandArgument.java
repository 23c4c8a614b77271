// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.verb;

import java.util.Optional;

/** What stands behind the verb of a line, as James' dispatcher reads it. Stateless. */
final class CommandArgument {
    private CommandArgument() {
    }

    /** Empty where there is none. */
    static Optional<String> of(String line) {
        String text = line.trim();
        int space = text.indexOf(' ');
        return space > 0 ? Optional.of(text.substring(space + 1)) : Optional.empty();
    }
}
