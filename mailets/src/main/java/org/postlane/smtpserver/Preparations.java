// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.netty.buffer.ByteBuf;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the commands of a session need, by their verbs. For the thread of its channel. */
final class Preparations {
    private static final Logger LOGGER = LoggerFactory.getLogger(Preparations.class);
    /** All verbs of SMTP that are of interest here have as many letters (RFC 5321 4.1.1). */
    private static final int VERB = 4;
    private static final int DATA = pack("DATA".getBytes(StandardCharsets.US_ASCII));

    /** What is to be done before James gets a line of this verb. */
    private static final class Entry {
        private final int verb;
        private final CommandGate.Preparation preparation;

        private Entry(int verb, CommandGate.Preparation preparation) {
            this.verb = verb;
            this.preparation = preparation;
        }
    }

    private final List<Entry> entries = new ArrayList<>();

    void add(CommandGate.Preparation preparation, String... verbs) {
        for (String verb : verbs) {
            entries.add(new Entry(pack(verb.getBytes(StandardCharsets.US_ASCII)), preparation));
        }
    }

    /** Begins what this line needs; done, with or without success, when all of it is. */
    CompletableFuture<?> begin(ByteBuf line) {
        int verb = verb(line);
        CompletableFuture<?> ready = CommandGate.NOTHING_TO_DO;
        for (Entry entry : entries) {
            if (entry.verb == verb) {
                CompletableFuture<?> one = begin(entry.preparation, line);
                ready = ready.isDone() ? one : one.isDone() ? ready : CompletableFuture.allOf(ready, one);
            }
        }
        return ready;
    }

    /** What cannot even begin has failed: were the exception to leave, this line and those behind it would never be answered. */
    private static CompletableFuture<?> begin(CommandGate.Preparation preparation, ByteBuf line) {
        try {
            return preparation.prepare(text(line));
        } catch (RuntimeException | Error e) {
            LOGGER.error("What a command needs could not be looked up", e);
            return CompletableFuture.failedFuture(e);
        }
    }

    /** Begins what this line may need later. */
    void beginAhead(ByteBuf line) {
        int verb = verb(line);
        for (Entry entry : entries) {
            if (entry.verb == verb) {
                beginAhead(entry.preparation, line);
            }
        }
    }

    private static void beginAhead(CommandGate.Preparation preparation, ByteBuf line) {
        try {
            preparation.prepareAhead(text(line));
        } catch (RuntimeException | Error e) {
            LOGGER.warn("What a command will need could not be looked up ahead", e);
        }
    }

    /** Whether a message stands behind this line, unless James refuses it. */
    static boolean isData(ByteBuf line) {
        return verb(line) == DATA;
    }

    private static int pack(byte[] letters) {
        int packed = 0;
        for (byte letter : letters) {
            packed = packed << Byte.SIZE | upperCase(letter);
        }
        return packed;
    }

    /** What it begins with, packed: most lines are those of messages, and cost no more than this. */
    private static int verb(ByteBuf line) {
        int at = line.readerIndex();
        while (at < line.writerIndex() && line.getByte(at) <= ' ' && line.getByte(at) >= 0) {
            // James trims a line before it reads it.
            at++;
        }
        int packed = 0;
        for (int end = at + VERB; at < end && end < line.writerIndex(); at++) {
            packed = packed << Byte.SIZE | upperCase(line.getByte(at));
        }
        return packed;
    }

    private static int upperCase(byte letter) {
        return letter >= 'a' && letter <= 'z' ? letter - 'a' + 'A' : letter & 0xff;
    }

    private static String text(ByteBuf line) {
        return line.toString(StandardCharsets.US_ASCII);
    }
}
