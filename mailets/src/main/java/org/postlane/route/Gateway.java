// SPDX-License-Identifier: Apache-2.0
package org.postlane.route;

import java.util.Locale;

/** One gateway as it is configured: where it is, its share of the mail, and how to speak with it. Immutable. */
public final class Gateway {
    private final String host;
    private final int port;
    private final int weight;
    private final HostSession session;

    /**
     * A gateway.
     *
     * @param weight its share of the mail beside the others' where they are weighted, 1 or more
     */
    public Gateway(String host, int port, int weight, HostSession session) {
        this.host = host;
        this.port = port;
        this.weight = weight;
        this.session = session;
    }

    String host() {
        return host;
    }

    int weight() {
        return weight;
    }

    HostSession session() {
        return session;
    }

    Server server() {
        return new Server(0, host, port).with(session);
    }

    @Override
    public String toString() {
        String bracketed = host.indexOf(':') < 0 ? host : "[" + host + "]";
        return session.protocol().name().toLowerCase(Locale.ROOT) + "://" + bracketed + ":" + port;
    }
}
