// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** What a server's octets mean, worked out slowly and plainly, all of them at hand. */
final class ReplyModel {
    private static final Pattern LINE = Pattern.compile("([2-5][0-9][0-9])(?:([ -])(.*))?", Pattern.DOTALL);

    final List<String> replies = new ArrayList<>();
    /** After how many octets the peer has broken the protocol; -1 when it has not. */
    int brokenAfter = -1;
    /** Whether the octets end with a whole reply. */
    boolean ended = true;

    ReplyModel(byte[] octets) {
        String text = new String(octets, ISO_8859_1);
        List<String> lines = new ArrayList<>();
        String code = null;
        int start = 0;
        while (start < text.length()) {
            int lf = text.indexOf('\n', start);
            int length = (lf < 0 ? text.length() : lf) - start;
            if (length > SmtpLimits.REPLY_LINE_OCTETS) {
                brokenAfter = start + SmtpLimits.REPLY_LINE_OCTETS + 1;
                return;
            }
            if (lf < 0) {
                ended = false;
                return;
            }
            var line = LINE.matcher(text.substring(start, lf).replaceFirst("\r$", ""));
            if (!line.matches() || (code != null && !code.equals(line.group(1))) || lines.size() == SmtpLimits.REPLY_LINES) {
                brokenAfter = lf + 1;
                return;
            }
            code = line.group(1);
            lines.add(line.group(3) == null ? "" : line.group(3).replaceAll("[\\x00-\\x08\\x0a-\\x1f\\x7f-\\x9f]", "?"));
            if (!"-".equals(line.group(2))) {
                replies.add(code + " " + lines);
                lines.clear();
                code = null;
            }
            ended = lines.isEmpty();
            start = lf + 1;
        }
    }
}
