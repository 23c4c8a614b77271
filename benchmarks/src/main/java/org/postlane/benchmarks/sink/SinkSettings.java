// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks.sink;

import java.time.Duration;
import java.util.Set;
import javax.net.ssl.SSLContext;

/**
 * What a sink offers, and where it ends. Immutable.
 *
 * @param extensions the keywords in its answer to EHLO
 * @param tls for STARTTLS, which is offered where this is not null
 * @param pause before the answer to each message, zero for none
 * @param maxConnections at once; the next gets 421 instead of a greeting
 * @param maxMessagesPerConnection the MAIL after the last one gets 421
 */
public record SinkSettings(Set<String> extensions, SSLContext tls, Duration pause, int maxConnections,
                           int maxMessagesPerConnection) {
    /** PIPELINING and 8BITMIME, as fast as it can be, without limits. */
    public static SinkSettings data() {
        return new SinkSettings(Set.of("PIPELINING", "8BITMIME"), null, Duration.ZERO, Integer.MAX_VALUE, Integer.MAX_VALUE);
    }

    /** The same, and CHUNKING. */
    public static SinkSettings chunking() {
        return data().offering("PIPELINING", "8BITMIME", "CHUNKING");
    }

    /** These keywords instead. */
    public SinkSettings offering(String... keywords) {
        return new SinkSettings(Set.of(keywords), tls, pause, maxConnections, maxMessagesPerConnection);
    }

    public SinkSettings withTls(SSLContext context) {
        return new SinkSettings(extensions, context, pause, maxConnections, maxMessagesPerConnection);
    }

    public SinkSettings withPause(Duration length) {
        return new SinkSettings(extensions, tls, length, maxConnections, maxMessagesPerConnection);
    }

    public SinkSettings withMaxConnections(int most) {
        return new SinkSettings(extensions, tls, pause, most, maxMessagesPerConnection);
    }

    public SinkSettings withMaxMessagesPerConnection(int most) {
        return new SinkSettings(extensions, tls, pause, maxConnections, most);
    }
}
