// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp.sasl;

/** The server's side of an exchange, as far as a mechanism wants to know it. Immutable. */
public final class SaslServer {
    private final String host;
    private final int port;
    private final int fewestIterations;
    private final int mostIterations;

    /**
     * A server.
     *
     * @param host the name that it goes by
     * @param fewestIterations how many rounds of hashing (RFC 5802, {@code i=}) it must demand
     * @param mostIterations how many it may demand
     */
    public SaslServer(String host, int port, int fewestIterations, int mostIterations) {
        this.host = host;
        this.port = port;
        this.fewestIterations = fewestIterations;
        this.mostIterations = mostIterations;
    }

    String host() {
        return host;
    }

    int port() {
        return port;
    }

    int fewestIterations() {
        return fewestIterations;
    }

    int mostIterations() {
        return mostIterations;
    }
}
