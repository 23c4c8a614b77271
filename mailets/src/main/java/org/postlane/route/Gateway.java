// SPDX-License-Identifier: Apache-2.0
package org.postlane.route;

import java.util.Objects;

import org.postlane.smtp.Protocol;
import org.postlane.smtp.TlsMode;

/** One gateway as it is configured: where it is, its share of the mail, and how to speak with it. Immutable. */
public final class Gateway {
    private final String host;
    private final int port;
    private final int weight;
    private final HostSession session;
    private final boolean tlsChosen;

    /**
     * A gateway.
     *
     * @param weight its share of the mail beside the others' where they are weighted, 1 or more
     * @param tlsChosen whether its TLS is what it is whatever the recipient's domain
     */
    public Gateway(String host, int port, int weight, HostSession session, boolean tlsChosen) {
        this.host = host;
        this.port = port;
        this.weight = weight;
        this.session = session;
        this.tlsChosen = tlsChosen;
    }

    /** The same, spoken with in this way. */
    public Gateway with(HostSession value) {
        return new Gateway(host, port, weight, value, tlsChosen);
    }

    /** Where it is. */
    String host() {
        return host;
    }

    /** Its share. */
    public int weight() {
        return weight;
    }

    /** How to speak with it. */
    public HostSession session() {
        return session;
    }

    /** The same, with this much TLS where it has less, unless it was chosen for it. */
    Gateway atLeast(TlsMode policy) {
        if (tlsChosen) {
            return this;
        }
        TlsMode now = session.tls();
        if (now == TlsMode.IMPLICIT || now == TlsMode.IMPLICIT_VERIFIED) {
            return policy == TlsMode.VERIFIED ? with(session.withTls(TlsMode.IMPLICIT_VERIFIED)) : this;
        }
        return now.compareTo(policy) < 0 ? with(session.withTls(policy)) : this;
    }

    Server server() {
        return new Server(0, host, port).with(session);
    }

    @Override
    public boolean equals(Object o) {
        if (!(o instanceof Gateway)) {
            return false;
        }
        Gateway other = (Gateway) o;
        return host.equals(other.host) && port == other.port && weight == other.weight && session.equals(other.session)
            && tlsChosen == other.tlsChosen;
    }

    @Override
    public int hashCode() {
        return Objects.hash(host, port, weight, session);
    }

    /** As in a list of destinations: without its password, and without TLS. */
    @Override
    public String toString() {
        return (session.protocol() == Protocol.LMTP ? "lmtp://" : "") + (host.indexOf(':') < 0 ? host : "[" + host + "]")
            + ":" + port + session.credentials().map(user -> " as " + user.user()).orElse("");
    }
}
