// SPDX-License-Identifier: Apache-2.0
package org.postlane.pop3;

/** TOP: the header of a message and some lines of its body (RFC 1939 7). */
public final class TopCommand extends ContentCommand {
    /** For James' injector. */
    public TopCommand() {
        super("TOP", "message lines", 2);
    }

    @Override
    int bodyLines(int[] numbers) {
        return numbers[1];
    }
}
