// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing;

import java.util.ArrayList;
import java.util.List;

/** The usual reply to EHLO (RFC 5321, 4.1.1.1). */
final class Hello {
    private Hello() {
    }

    static String reply(Settings settings, Connection connection) {
        List<String> lines = new ArrayList<>();
        lines.add("mx.test");
        lines.addAll(settings.extensions());
        if (settings.startTls() != null && !connection.isTls()) {
            lines.add("STARTTLS");
        }
        if (settings.credentials() != null && (connection.isTls() || !settings.authNeedsTls())) {
            lines.add("AUTH " + String.join(" ", settings.credentials().mechanisms()));
        }
        return multiline(250, lines);
    }

    static String multiline(int code, List<String> lines) {
        StringBuilder reply = new StringBuilder();
        for (int i = 0; i < lines.size(); i++) {
            boolean last = i == lines.size() - 1;
            reply.append(code).append(last ? ' ' : '-').append(lines.get(i)).append(last ? "" : "\n");
        }
        return reply.toString();
    }
}
