// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks.sink;

/**
 * What a sink has counted since it began.
 *
 * @param connections that were greeted
 * @param refused that got 421 instead
 * @param transactions MAIL commands that were accepted
 * @param messages that were accepted whole
 * @param octets of their contents, as they went over the wire: dots doubled with DATA, without the final dot
 */
public record Counts(long connections, long refused, long transactions, long messages, long octets) {
    /** What was counted since then. */
    public Counts since(Counts before) {
        return new Counts(connections - before.connections, refused - before.refused, transactions - before.transactions,
            messages - before.messages, octets - before.octets);
    }
}
