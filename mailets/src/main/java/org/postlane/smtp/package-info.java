// SPDX-License-Identifier: Apache-2.0
/**
 * A client for SMTP (RFC 5321) and LMTP (RFC 2033) on Netty: non-blocking, pipelining (RFC 2920), chunking (RFC 3030),
 * streaming raw MIME. It knows no James.
 *
 * <p>{@link org.postlane.smtp.SmtpClient} opens an {@link org.postlane.smtp.SmtpConnection}; a connection carries one
 * transaction after the other and says of each recipient what became of it. What goes wrong with the session as a whole is
 * an {@link org.postlane.smtp.SmtpException} that tells whose fault it is.
 *
 * <pre>{@code
 * try (SmtpClient client = new SmtpClient()) {
 *     SessionSettings settings = SessionSettings.to(address, "mx.example.org").protocol(Protocol.LMTP).build();
 *     SmtpConnection connection = client.connect(settings).join();
 *     Envelope envelope = Envelope.of(Path.of("a@x.example"), List.of(Envelope.Recipient.of(Path.of("b@y.example"))));
 *     TransactionResult result = connection.send(envelope, Content.of(message)).join();
 *     connection.quit().join();
 * }
 * }</pre>
 *
 * <p>Results come on the connection's own thread: whoever goes on there must not block. A result has one outcome for each
 * recipient of the envelope, in its order, whether SMTP's one answer or LMTP's several were given. {@code send} may be called
 * again before the result is there ({@link org.postlane.smtp.SessionSettings#transactionsInFlight()}).
 */
package org.postlane.smtp;
