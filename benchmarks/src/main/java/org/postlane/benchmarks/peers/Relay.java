// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks.peers;

import java.nio.file.Path;
import java.util.Map;

/**
 * What every server of a benchmark is told.
 *
 * @param port where all mail goes, on loopback
 * @param byMx whether it goes to the mail servers of each domain that
 *     {@link org.postlane.benchmarks.james.LoopbackNames} knows, and not through one gateway; James only
 * @param connections at most to there
 * @param tls whether STARTTLS is used, with any certificate
 * @param directory where the servers make directories of their own
 * @param keep whether these stay afterwards
 * @param postlaneKeys further parameters of {@code PooledRemoteDelivery}
 */
public record Relay(int port, boolean byMx, int connections, boolean tls, Path directory, boolean keep,
                    Map<String, String> postlaneKeys) {
    /** Through one gateway. */
    public Relay(int port, int connections, boolean tls, Path directory, boolean keep, Map<String, String> postlaneKeys) {
        this(port, false, connections, tls, directory, keep, postlaneKeys);
    }
}
