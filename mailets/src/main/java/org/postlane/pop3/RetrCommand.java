// SPDX-License-Identifier: Apache-2.0
package org.postlane.pop3;

/** RETR: a message, octet for octet (RFC 1939 5). */
public final class RetrCommand extends ContentCommand {
    /** For James' injector. */
    public RetrCommand() {
        super("RETR", "message", 1);
    }

    @Override
    int bodyLines(int[] numbers) {
        return MessageBody.ALL;
    }
}
