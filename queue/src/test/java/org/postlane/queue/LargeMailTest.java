// SPDX-License-Identifier: Apache-2.0
package org.postlane.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;

import org.apache.james.queue.api.ManageableMailQueue;
import org.apache.james.server.core.MailImpl;
import org.apache.james.server.core.MimeMessageSource;
import org.apache.james.server.core.MimeMessageWrapper;
import org.apache.mailet.Mail;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A mail of 100 MB goes in and out in a JVM with 48 MB. */
class LargeMailTest {
    private static final long SIZE = 100L << 20;

    @TempDir
    private Path directory;

    /** A message that is made while it is read. */
    private static final class Made implements MimeMessageSource {
        @Override
        public String getSourceId() {
            return "made";
        }

        @Override
        public long getMessageSize() {
            return SIZE;
        }

        @Override
        public InputStream getInputStream() {
            return new InputStream() {
                private long at;

                @Override
                public int read() {
                    return at == SIZE ? -1 : octetAt(at++);
                }

                @Override
                public int read(byte[] octets, int offset, int length) {
                    int read = 0;
                    while (read < length && at < SIZE) {
                        octets[offset + read++] = (byte) octetAt(at++);
                    }
                    return read == 0 && length > 0 ? -1 : read;
                }
            };
        }

        private static int octetAt(long at) {
            return "Subject: large\r\n\r\n0123456789\r\n".charAt((int) (at < 18 ? at : 18 + at % 12));
        }
    }

    /** Puts it in and takes it out again. */
    static final class InAndOut {
        private InAndOut() {
        }

        public static void main(String[] arguments) throws Exception {
            RocksDbMailQueueFactory factory = Queues.open(Path.of(arguments[0]));
            ManageableMailQueue queue = factory.createQueue(Queues.SPOOL);
            MailImpl mail = MailImpl.builder().name("large").addRecipient("b@c.test").build();
            mail.setMessageContent(new Made());
            queue.enQueue(mail);
            mail.getMessage().addHeader("X-Changed", "yes");
            queue.enQueue(mail);
            Mail asItWas = Queues.next(queue).getMail();
            say(asItWas.getMessageSize() == SIZE && sum(new Made().getInputStream()) == sum(asItWas), "the same");
            Mail changed = Queues.next(queue).getMail();
            // James writes more than the one header.
            long written = ((MimeMessageWrapper) changed.getMessage()).getMessageInputStream()
                .transferTo(OutputStream.nullOutputStream());
            say(changed.getMessage().getHeader("X-Changed").length == 1 && written > SIZE && written == changed.getMessageSize(),
                "changed");
            factory.close();
        }

        private static void say(boolean right, String what) {
            System.out.println((right ? "" : "not ") + what);
        }

        private static long sum(Mail mail) throws Exception {
            return sum(((MimeMessageWrapper) mail.getMessage()).getMessageInputStream());
        }

        private static long sum(InputStream octets) throws IOException {
            try (CheckedInputStream in = new CheckedInputStream(octets, new CRC32())) {
                long unused = in.transferTo(OutputStream.nullOutputStream());
                return in.getChecksum().getValue();
            }
        }
    }

    @Test
    void aMailTwiceAsLargeAsTheHeapGoesInAndOut() throws Exception {
        try (ChildProcess child = ChildProcess.of(InAndOut.class, "-Xmx48m", directory.toString())) {
            assertThat(child.readAll()).contains("the same", "changed");
            assertThat(child.exitCode()).isZero();
        }
    }
}
