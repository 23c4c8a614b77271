// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks.load;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.util.List;

/**
 * One mail to many recipients in one transaction, RCPT pipelined in batches.
 *
 * @param port on loopback
 * @param octets of the message, the final dot not among them
 */
public record MassMail(int port, int octets) {
    /** A batch and its replies fit into the buffers of a socket. */
    private static final int BATCH = 500;

    /**
     * Sends it.
     *
     * @return {@link System#nanoTime} when the reply to the final dot had been read
     * @throws IOException where anything is refused or the connection breaks
     */
    public long send(List<String> recipients) throws IOException {
        try (SmtpConnection connection = new SmtpConnection(port)) {
            connection.write("MAIL FROM:<sender@injector.test>\r\n".getBytes(US_ASCII));
            connection.expect('2');
            for (int first = 0; first < recipients.size(); first += BATCH) {
                List<String> batch = recipients.subList(first, Math.min(recipients.size(), first + BATCH));
                StringBuilder commands = new StringBuilder();
                batch.forEach(recipient -> commands.append("RCPT TO:<").append(recipient).append(">\r\n"));
                connection.write(commands.toString().getBytes(US_ASCII));
                for (int i = 0; i < batch.size(); i++) {
                    connection.expect('2');
                }
            }
            connection.write("DATA\r\n".getBytes(US_ASCII));
            connection.expect('3');
            connection.write(SmtpConnection.content(octets, recipients.get(0)));
            connection.expect('2');
            long accepted = System.nanoTime();
            connection.quit();
            return accepted;
        }
    }
}
