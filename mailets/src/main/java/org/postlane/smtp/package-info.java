// SPDX-License-Identifier: Apache-2.0
/**
 * A client for SMTP (RFC 5321) and LMTP (RFC 2033) on Netty: non-blocking, pipelining (RFC 2920), chunking (RFC 3030),
 * streaming raw MIME. It knows no James.
 *
 * <p>{@link org.postlane.smtp.SmtpClient} opens an {@link org.postlane.smtp.SmtpConnection}; a connection carries one
 * transaction after the other and says of each recipient what became of it. What goes wrong with the session as a whole is
 * an {@link org.postlane.smtp.SmtpException} that tells whose fault it is.
 */
package org.postlane.smtp;
