// SPDX-License-Identifier: Apache-2.0
package org.postlane.route;

import java.util.Objects;
import java.util.Optional;

import org.postlane.smtp.Protocol;
import org.postlane.smtp.SessionSettings;
import org.postlane.smtp.TlsMaterial;
import org.postlane.smtp.TlsMode;
import org.postlane.smtp.sasl.Credentials;

/**
 * What a route says about the sessions with one of its hosts: what is spoken, how much TLS it takes, and as whom. It belongs to
 * the host and to nothing else: credentials never go along to the next one. Immutable; no text that it makes shows a secret.
 */
public final class HostSession {
    /** SMTP, with TLS where it is offered, as nobody in particular: what the mail server of any domain gets. */
    public static final HostSession DEFAULT = new HostSession(Protocol.SMTP, TlsMode.OPPORTUNISTIC, TlsMaterial.DEFAULT, null);

    private final Protocol protocol;
    private final TlsMode tls;
    private final TlsMaterial tlsMaterial;
    private final Credentials credentials;

    private HostSession(Protocol protocol, TlsMode tls, TlsMaterial tlsMaterial, Credentials credentials) {
        this.protocol = protocol;
        this.tls = tls;
        this.tlsMaterial = tlsMaterial;
        this.credentials = credentials;
    }

    /** The same, speaking this. */
    public HostSession speaking(Protocol value) {
        return new HostSession(value, tls, tlsMaterial, credentials);
    }

    /** The same, with this much TLS. */
    public HostSession withTls(TlsMode value) {
        return new HostSession(protocol, value, tlsMaterial, credentials);
    }

    /** The same, trusting these authorities and showing this certificate. */
    public HostSession withTlsMaterial(TlsMaterial value) {
        return new HostSession(protocol, tls, value, credentials);
    }

    /** The same, as this user; empty for nobody. */
    public HostSession as(Optional<Credentials> value) {
        return new HostSession(protocol, tls, tlsMaterial, value.orElse(null));
    }

    /** How much TLS. */
    public TlsMode tls() {
        return tls;
    }

    /** Whom it trusts and which certificate it shows. */
    public TlsMaterial tlsMaterial() {
        return tlsMaterial;
    }

    /** As whom. */
    public Optional<Credentials> credentials() {
        return Optional.ofNullable(credentials);
    }

    /** What is spoken. */
    public Protocol protocol() {
        return protocol;
    }

    /** Sets all of this on the settings of a session with the host. What it does not know, it leaves as it is. */
    public SessionSettings.Builder apply(SessionSettings.Builder session) {
        return session.protocol(protocol).tls(tls).tlsMaterial(tlsMaterial).credentials(credentials);
    }

    @Override
    public boolean equals(Object o) {
        if (!(o instanceof HostSession)) {
            return false;
        }
        HostSession other = (HostSession) o;
        return protocol == other.protocol && tls == other.tls && tlsMaterial.equals(other.tlsMaterial)
            && Objects.equals(credentials, other.credentials);
    }

    @Override
    public int hashCode() {
        return Objects.hash(protocol, tls, tlsMaterial, credentials);
    }

    @Override
    public String toString() {
        return protocol + ", TLS " + tls + (credentials == null ? "" : ", as " + credentials);
    }
}
