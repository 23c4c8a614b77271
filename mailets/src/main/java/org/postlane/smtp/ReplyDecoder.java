// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;

/**
 * Reads replies off the wire (RFC 5321 4.2.1), within bounds on a line, on the number of lines, and with one code for all
 * of them. What does not fit is a {@link ProtocolViolationException}: after it nobody knows which reply belongs to what.
 */
final class ReplyDecoder extends ByteToMessageDecoder {
    private static final int CODE_DIGITS = 3;
    private static final byte LF = '\n';
    private static final byte CR = '\r';
    private static final byte SPACE = ' ';
    private static final byte MORE = '-';

    private final List<String> lines = new ArrayList<>();
    private int code;
    private int octets;

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) throws ProtocolViolationException {
        int lf = in.indexOf(in.readerIndex(), in.writerIndex(), LF);
        int length = lf < 0 ? in.readableBytes() : lf - in.readerIndex();
        if (length > SmtpLimits.REPLY_LINE_OCTETS) {
            throw fail(in, "a reply line of more than " + SmtpLimits.REPLY_LINE_OCTETS + " octets");
        }
        if (octets + length > SmtpLimits.REPLY_OCTETS) {
            throw fail(in, "a reply of more than " + SmtpLimits.REPLY_OCTETS + " octets");
        }
        if (lf < 0) {
            return;
        }
        octets += length + 1;
        accept(in, in.readerIndex(), length > 0 && in.getByte(lf - 1) == CR ? length - 1 : length, out);
        in.readerIndex(lf + 1);
    }

    private void accept(ByteBuf in, int start, int length, List<Object> out) throws ProtocolViolationException {
        int lineCode = codeOf(in, start, length);
        if (lineCode < 0) {
            throw fail(in, "a line that is no reply: " + printable(decoded(in, start, length)));
        }
        if (!lines.isEmpty() && lineCode != code) {
            throw fail(in, "one reply with the codes " + code + " and " + lineCode);
        }
        if (lines.size() == SmtpLimits.REPLY_LINES) {
            throw fail(in, "a reply of more than " + SmtpLimits.REPLY_LINES + " lines");
        }
        code = lineCode;
        String text = length > CODE_DIGITS + 1 ? text(in, start + CODE_DIGITS + 1, length - CODE_DIGITS - 1) : "";
        boolean last = length == CODE_DIGITS || in.getByte(start + CODE_DIGITS) != MORE;
        if (!last) {
            lines.add(text);
        } else {
            out.add(new Reply(code, allWith(text)));
            octets = 0;
        }
    }

    private List<String> allWith(String lastLine) {
        if (lines.isEmpty()) {
            return List.of(lastLine);
        }
        lines.add(lastLine);
        List<String> all = List.copyOf(lines);
        lines.clear();
        return all;
    }

    private static int codeOf(ByteBuf in, int start, int length) {
        if (length < CODE_DIGITS) {
            return -1;
        }
        byte separator = length > CODE_DIGITS ? in.getByte(start + CODE_DIGITS) : SPACE;
        byte first = in.getByte(start);
        byte second = in.getByte(start + 1);
        byte third = in.getByte(start + 2);
        if ((separator != SPACE && separator != MORE) || first < '2' || first > '5' || second < '0' || second > '9'
            || third < '0' || third > '9') {
            return -1;
        }
        return (first - '0') * 100 + (second - '0') * 10 + third - '0';
    }

    private static String text(ByteBuf in, int start, int length) {
        // Nearly all are printable ASCII, and are what they will be at the first look.
        String text = in.toString(start, length, StandardCharsets.ISO_8859_1);
        return isPrintableAscii(text) ? text : withoutControls(decoded(in, start, length));
    }

    private static boolean isPrintableAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < ' ' || text.charAt(i) > '~') {
                return false;
            }
        }
        return true;
    }

    /** With SMTPUTF8 replies are UTF-8 (RFC 6531 3.7.4.2). Others in the field are Latin-1, which hardly ever passes for it. */
    private static String decoded(ByteBuf in, int start, int length) {
        boolean utf8 = ByteBufUtil.isText(in, start, length, StandardCharsets.UTF_8);
        return in.toString(start, length, utf8 ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1);
    }

    private static ProtocolViolationException fail(ByteBuf in, String what) {
        in.skipBytes(in.readableBytes());
        return new ProtocolViolationException("The server sent " + what);
    }

    static String printable(String line) {
        String shown = line.length() > 80 ? line.substring(0, 80) + "…" : line;
        return withoutControls(shown).replace('\t', '?');
    }

    /**
     * Replies are shown in logs and delivery reports, where a bare CR or an escape sequence would do harm, and so would what
     * ends a line or turns its direction around in Unicode.
     */
    static String withoutControls(String text) {
        StringBuilder clean = new StringBuilder(text.length());
        text.codePoints().forEach(c -> clean.appendCodePoint(c != '\t' && (SmtpText.isUnsafe(c) || turnsAround(c)) ? '?' : c));
        return clean.toString();
    }

    private static boolean turnsAround(int codePoint) {
        switch (Character.getDirectionality(codePoint)) {
            case Character.DIRECTIONALITY_LEFT_TO_RIGHT_OVERRIDE:
            case Character.DIRECTIONALITY_RIGHT_TO_LEFT_OVERRIDE:
            case Character.DIRECTIONALITY_LEFT_TO_RIGHT_EMBEDDING:
            case Character.DIRECTIONALITY_RIGHT_TO_LEFT_EMBEDDING:
            case Character.DIRECTIONALITY_LEFT_TO_RIGHT_ISOLATE:
            case Character.DIRECTIONALITY_RIGHT_TO_LEFT_ISOLATE:
            case Character.DIRECTIONALITY_FIRST_STRONG_ISOLATE:
                return true;
            default:
                return false;
        }
    }

    /** Whether part of a reply has been read: no command may be answered by the rest of it. */
    boolean isBetweenReplies() {
        return lines.isEmpty() && actualReadableBytes() == 0;
    }
}
