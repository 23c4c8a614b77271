// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.time.Duration;

/**
 * What the server does when it is its turn: a proper reply, a fault, or several in a row ({@link #then}).
 *
 * <p>A reaction without state may be used for any number of connections at once.
 */
@FunctionalInterface
public interface Reaction {

    /** Does it. An {@link IOException} means that the connection has ended. */
    void play(Turn turn) throws IOException;

    /** This, and then the other; with two replies the server itself goes on by the first, as a client in step would. */
    default Reaction then(Reaction next) {
        return turn -> {
            play(turn);
            next.play(turn);
        };
    }

    /** This, after a pause. */
    default Reaction after(Duration time) {
        return delay(time).then(this);
    }

    /** The reply that a correct, accepting server gives at this point. */
    static Reaction proceed() {
        return turn -> {
            if (!turn.usualReply().isEmpty()) {
                turn.send(turn.usualReply());
            }
        };
    }

    /** Exactly this reply; lines are separated by LF and are not checked, so {@code "250-one\n550 two"} is possible. */
    static Reaction reply(String text) {
        return turn -> turn.send(text);
    }

    /** This reply, then FIN: {@code replyThenClose("421 4.3.2 shutting down")}. */
    static Reaction replyThenClose(String text) {
        return reply(text).then(close());
    }

    /** No reply; the connection ends with FIN. */
    static Reaction close() {
        return Turn::close;
    }

    /** No reply; the connection ends with RST (SO_LINGER 0). */
    static Reaction reset() {
        return Turn::reset;
    }

    /** Nothing at all, and on to the next command: the client waits for a reply that never comes. */
    static Reaction silence() {
        return turn -> { };
    }

    /** Waits until the test releases the stall; combine it, as in {@code stall(s).then(proceed())}. */
    static Reaction stall(Stall stall) {
        return turn -> turn.await(stall);
    }

    /** Waits; combine it, as in {@code delay(d).then(proceed())}. */
    static Reaction delay(Duration time) {
        return turn -> turn.pause(time);
    }

    /** Waits until the client has gone on: what is said next cannot come with what was said before. */
    static Reaction awaitInput() {
        return Turn::awaitInput;
    }

    /** These bytes and nothing else; the command counts as refused. */
    static Reaction bytes(byte[] bytes) {
        byte[] copy = bytes.clone();
        return turn -> turn.sendBytes(copy, 0);
    }

    /** A line that is no SMTP reply. */
    static Reaction garbage() {
        return bytes("\u0001\u0000\u00ff!garbage, no reply\r\n".getBytes(ISO_8859_1));
    }

    /** One multi-line reply whose lines carry different codes, which RFC 5321, 4.2.1 forbids. */
    static Reaction mixedCodes(int first, int last) {
        return reply(first + "-the codes of this reply\n" + last + " do not agree");
    }

    /** A line {@code 250-…} again and again, never the last one, until the client goes away. */
    static Reaction endlessContinuation(int code) {
        byte[] line = (code + "-and another line\r\n").getBytes(ISO_8859_1);
        return turn -> {
            while (true) {
                turn.sendBytes(line, 0);
            }
        };
    }

    /** One reply line of the given length in octets, without its CRLF; RFC 5321, 4.5.3.1.5 allows 512 with it. */
    static Reaction longLine(int code, int octets) {
        return reply(code + " " + "x".repeat(Math.max(0, octets - 4)));
    }

    /** A line that grows without an end until the client goes away. */
    static Reaction endlessLine(int code) {
        byte[] piece = "x".repeat(256).getBytes(ISO_8859_1);
        return turn -> {
            turn.sendBytes((code + " ").getBytes(ISO_8859_1), 0);
            while (true) {
                turn.sendBytes(piece, 0);
            }
        };
    }

    /** This reply, each byte in a packet of its own. */
    static Reaction byteByByte(String text) {
        return slowly(text, Duration.ZERO);
    }

    /** This reply, each byte in a packet of its own, with a pause after each. */
    static Reaction slowly(String text, Duration pause) {
        byte[] all = Replies.encode(text);
        int code = Replies.code(text);
        return turn -> {
            for (byte octet : all) {
                turn.sendBytes(new byte[] {octet}, code);
                turn.pause(pause);
            }
        };
    }

    /** Two replies to one command in one packet: every later reply is off by one. */
    static Reaction twoAtOnce(String first, String second) {
        byte[] both = Replies.encode(first + "\n" + second);
        int code = Replies.code(first);
        return turn -> turn.sendBytes(both, code);
    }

    /** The start of a reply, without the end of its line. */
    static Reaction unfinished(String text) {
        return bytes(text.getBytes(ISO_8859_1));
    }
}
