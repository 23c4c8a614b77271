// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import java.util.Objects;
import java.util.Optional;

/**
 * What a server's good answers look like on one connection, learnt from transactions whose every answer was waited for. Where
 * commands run ahead of their answers, an answer too many or too few gives the end of data somebody else's 250: mail has
 * been lost that way. So nothing runs ahead until a transaction has gone cleanly in the same way, and only where the answer to
 * the end of data can be told from those that would take its place: the one before it and the ones behind it.
 *
 * <p>Used on the connection's event loop.
 */
final class ReplyShapes {
    /** More is not needed to tell answers apart, and who answers at length shall not cost us more. */
    private static final int CHARACTERS_COMPARED = 200;

    private Shape reset;
    private Shape mail;
    private Shape rcpt;
    private Shape end;
    private boolean chunksProven;
    private boolean dataProven;
    /** Read on the threads that read content as well. */
    private volatile boolean chunksKnown;

    /** A good answer to RSET. */
    void learnReset(Reply reply) {
        reset = new Shape(reply);
    }

    /** A transaction that went cleanly, each answer waited for in its place. */
    void learn(boolean chunked, Reply mailReply, Reply rcptReply, Reply endReply) {
        mail = new Shape(mailReply);
        rcpt = new Shape(rcptReply);
        end = new Shape(endReply);
        chunksProven |= chunked;
        dataProven |= !chunked;
    }

    /** The server has taken a BDAT. */
    void learnChunks() {
        chunksKnown = true;
    }

    /** Whether the server is known to take BDAT, and not only to offer it. */
    boolean areChunksKnown() {
        return chunksKnown;
    }

    /** Whether content may leave behind commands that have no answer yet. */
    boolean allowBodyAhead() {
        return chunksProven && end.differs(mail) && end.differs(rcpt) && (reset != null && end.differs(reset));
    }

    /**
     * Whether the next transaction may begin before the end of this one's content is answered.
     *
     * @param chunked how this one's content goes; a RSET then has to stand in front of the next
     */
    boolean allowNextBehind(boolean chunked) {
        return chunked ? allowBodyAhead() : dataProven && end.differs(mail) && end.differs(rcpt);
    }

    /** Whether a good answer to the end of data looks like one that belongs to another command. */
    boolean looksMisplaced(Reply reply) {
        return end != null && (end.isMistakable(reply, mail) || end.isMistakable(reply, rcpt) || end.isMistakable(reply, reset));
    }

    /** Whether this is what RSET has been answered before. */
    boolean looksLikeReset(Reply reply) {
        return reset != null && !reset.differs(new Shape(reply));
    }

    /** Code, enhanced code and the words that do not vary. */
    private static final class Shape {
        private final int code;
        private final Optional<EnhancedCode> enhanced;
        private final String words;

        private Shape(Reply reply) {
            this.code = reply.code();
            this.enhanced = reply.enhancedCode();
            this.words = constantWords(reply.lines().get(0));
        }

        private static String constantWords(String line) {
            StringBuilder words = new StringBuilder();
            for (String word : line.substring(0, Math.min(line.length(), CHARACTERS_COMPARED)).split(" ")) {
                words.append(word.chars().anyMatch(c -> "0123456789@<>[]".indexOf(c) >= 0) ? "#" : word).append(' ');
            }
            return words.toString();
        }

        private boolean differs(Shape other) {
            return other != null && (code != other.code || !enhanced.equals(other.enhanced) || !words.equals(other.words));
        }

        /** Whether {@code reply} is more like {@code other} than like this: by the enhanced code where that differs. */
        private boolean isMistakable(Reply reply, Shape other) {
            if (other == null || !differs(other)) {
                return false;
            }
            Shape shape = new Shape(reply);
            return enhanced.equals(other.enhanced)
                ? !shape.differs(other)
                : Objects.equals(shape.enhanced, other.enhanced);
        }
    }
}
