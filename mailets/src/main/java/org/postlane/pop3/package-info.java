// SPDX-License-Identifier: Apache-2.0
/**
 * POP3 (RFC 1939, 2449, 2595, 3206) on James' listeners, in the place of James' own command handlers. {@code pop3server.xml}
 * names {@link org.postlane.pop3.Pop3Handlers} as the {@code coreHandlersPackage} of a {@code handlerchain}.
 *
 * <p>A {@link org.postlane.pop3.Conversation} runs the commands of one connection one after another on worker threads, and
 * sends what they answer; Netty's threads only hand over lines and octets. A {@link org.postlane.pop3.Maildrop} is what the
 * mailbox held at login, under a lock from {@link org.postlane.pop3.MaildropLocks}. Users, mailboxes and messages are reached
 * through James' own {@code PassCmdHandler} and {@code MailboxAdapterFactory}, which differ by James app.
 */
package org.postlane.pop3;
