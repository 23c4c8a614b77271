// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Content for tests: octets in memory, lines without end, or a failure midway. It counts what was opened and closed. */
final class TestContent implements Content {
    static final String TEXT = "Subject: hello\r\n\r\n.a dotted line\r\nthe end\r\n";
    static final TestContent SMALL = of(TEXT);
    private static final byte[] LINE = ("0123456789".repeat(7) + "\r\n").getBytes(UTF_8);

    final AtomicInteger asked = new AtomicInteger();
    final AtomicInteger opened = new AtomicInteger();
    final AtomicInteger closed = new AtomicInteger();
    final AtomicLong read = new AtomicLong();
    private final Opener opener;
    private final long size;
    private final boolean eightBit;

    private TestContent(long size, boolean eightBit, Opener opener) {
        this.size = size;
        this.eightBit = eightBit;
        this.opener = opener;
    }

    /** Opens the octets. */
    interface Opener {
        InputStream open() throws IOException;
    }

    static TestContent of(String text) {
        byte[] octets = text.getBytes(UTF_8);
        return new TestContent(octets.length, text.chars().anyMatch(c -> c > 127), () -> new ByteArrayInputStream(octets));
    }

    /** About that many octets of lines, without holding them. */
    static TestContent ofSize(long octets) {
        return new TestContent(octets, false, () -> new Lines(octets, null));
    }

    static TestContent from(Opener opener) {
        return new TestContent(TEXT.length(), false, opener);
    }

    /** That many octets, then the failure. */
    static TestContent failingAfter(long octets, IOException failure) {
        return new TestContent(octets, false, () -> new Lines(octets, failure));
    }

    @Override
    public long size() {
        asked.incrementAndGet();
        return size;
    }

    @Override
    public boolean isEightBit() {
        return eightBit;
    }

    @Override
    public InputStream open() throws IOException {
        InputStream in = opener.open();
        opened.incrementAndGet();
        return new java.io.FilterInputStream(in) {
            @Override
            public int read(byte[] b, int off, int len) throws IOException {
                int count = super.read(b, off, len);
                read.addAndGet(Math.max(0, count));
                return count;
            }

            @Override
            public void close() throws IOException {
                closed.incrementAndGet();
                super.close();
            }
        };
    }

    private static final class Lines extends InputStream {
        private final IOException failure;
        private long left;

        Lines(long octets, IOException failure) {
            this.left = octets / LINE.length * LINE.length;
            this.failure = failure;
        }

        @Override
        public int read() throws IOException {
            if (left == 0) {
                if (failure != null) {
                    throw failure;
                }
                return -1;
            }
            return LINE[(int) (LINE.length - 1 - --left % LINE.length)];
        }

        @Override
        public int read(byte[] b, int off, int len) throws IOException {
            if (len == 0) {
                return 0;
            }
            int first = read();
            if (first < 0) {
                return -1;
            }
            b[off] = (byte) first;
            int position = (int) (LINE.length - 1 - (left - 1 + LINE.length) % LINE.length);
            int more = (int) Math.min(left, Math.min(len - 1, LINE.length - position));
            System.arraycopy(LINE, position, b, off + 1, more);
            left -= more;
            return more + 1;
        }
    }
}
