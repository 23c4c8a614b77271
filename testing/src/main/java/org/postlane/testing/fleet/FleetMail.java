// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing.fleet;

import java.util.List;

/**
 * A mail that a host has taken, noted before its answer is sent.
 *
 * @param host the address of the host
 * @param client the address that the connection came from
 * @param connection the number of the connection, counted over the whole fleet from 1
 * @param at {@link System#nanoTime()} at the final dot
 * @param sender the sender's address, empty for none
 * @param recipients the recipients that the host accepted
 * @param messageId the Message-ID of the content without brackets, empty for none
 * @param octets the length of the content as it came
 */
public record FleetMail(String host, String client, long connection, long at, String sender, List<String> recipients,
                        String messageId, long octets) {
}
