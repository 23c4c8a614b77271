// SPDX-License-Identifier: Apache-2.0
package org.postlane.report;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.postlane.smtp.EnhancedCode;
import org.postlane.smtp.Reply;

/** Why a recipient did not get a mail: an enhanced status code of class 4 or 5 (RFC 3463), and words. Immutable. */
public final class FailureReason {
    /** The words of a server, alone or behind ours. */
    private static final Pattern REPLY = Pattern.compile("(?:^|: )(([45])[0-9]{2})[ -](.*)", Pattern.DOTALL);

    private final String status;
    private final String words;
    private final Reply reply;

    private FailureReason(String status, String words, Reply reply) {
        this.status = status;
        this.words = words;
        this.reply = reply;
    }

    /** A reason of our own. */
    public static FailureReason of(String status, String words) {
        return new FailureReason(status, words, null);
    }

    /**
     * What a remote server had said, in a text of the form that James' bounces have.
     *
     * @param permanent whether that was the last word; otherwise patience has ended, and the same mail may be taken later
     * @param status where the text has no code
     */
    static FailureReason ofReply(String text, boolean permanent, String status) {
        Matcher matcher = REPLY.matcher(text);
        boolean replied = matcher.find();
        String code = replied
            ? new Reply(Integer.parseInt(matcher.group(1)), List.of(matcher.group(3))).enhancedCode().map(EnhancedCode::toString)
                .orElse(matcher.group(2) + ".0.0")
            : codeAt(text).orElse(status);
        return new FailureReason(permanent ? code : "4" + code.substring(1), text,
            replied ? new Reply(Integer.parseInt(matcher.group(1)), List.of(matcher.group(3))) : null);
    }

    /** Our own words, which may begin with a code: as a reply does, or with an enhanced one alone. */
    static FailureReason ofWords(String text, String status) {
        String withoutReplyCode = text.replaceFirst("^[45][0-9]{2}[ -]", "");
        return new FailureReason(codeAt(withoutReplyCode).orElse(status), text, null);
    }

    private static Optional<String> codeAt(String text) {
        return EnhancedCode.at(text).map(EnhancedCode::toString).filter(code -> code.charAt(0) != '2');
    }

    /** The enhanced status code. */
    String status() {
        return status;
    }

    /** What is told to people. */
    public String words() {
        return words;
    }

    /** The reply of a server, where there was one. */
    Optional<Reply> reply() {
        return Optional.ofNullable(reply);
    }
}
