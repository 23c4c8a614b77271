// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
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
        int read = 0;
        while (start < text.length()) {
            int lf = text.indexOf('\n', start);
            int length = (lf < 0 ? text.length() : lf) - start;
            int most = Math.min(SmtpLimits.REPLY_LINE_OCTETS, SmtpLimits.REPLY_OCTETS - read);
            if (length > most) {
                brokenAfter = start + most + 1;
                return;
            }
            if (lf < 0) {
                ended = false;
                return;
            }
            var line = LINE.matcher(decoded(text.substring(start, lf).replaceFirst("\r\\z", "")));
            if (!line.matches() || (code != null && !code.equals(line.group(1))) || lines.size() == SmtpLimits.REPLY_LINES) {
                brokenAfter = lf + 1;
                return;
            }
            read += length + 1;
            code = line.group(1);
            lines.add(line.group(3) == null ? "" : ReplyText.UNFIT.matcher(line.group(3)).replaceAll("?"));
            if (!"-".equals(line.group(2))) {
                replies.add(code + " " + lines);
                lines.clear();
                code = null;
                read = 0;
            }
            ended = lines.isEmpty();
            start = lf + 1;
        }
    }

    /** UTF-8 where it is, and Latin-1 otherwise. */
    private static String decoded(String line) {
        try {
            return UTF_8.newDecoder().decode(ByteBuffer.wrap(line.getBytes(ISO_8859_1))).toString();
        } catch (CharacterCodingException e) {
            return line;
        }
    }
}
