// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.Optional;

import org.postlane.smtp.sasl.Credentials;

/**
 * Everything that makes one session different from another: where it goes and as whom, under which name and over which TLS.
 * Two that are equal may share a connection, two that differ may not. Immutable.
 */
public final class SessionSettings {
    private final InetSocketAddress address;
    private final String serverName;
    private final String ehloName;
    private final TlsMode tls;
    private final TlsMaterial tlsMaterial;
    private final Credentials credentials;
    private final InetAddress source;
    private final SmtpTimeouts timeouts;

    private SessionSettings(Builder builder) {
        this.address = builder.address;
        this.serverName = builder.serverName;
        this.ehloName = builder.ehloName;
        this.tls = builder.tls;
        this.tlsMaterial = builder.tlsMaterial;
        this.credentials = builder.credentials;
        this.source = builder.source;
        this.timeouts = builder.timeouts;
    }

    /**
     * Begins settings for a resolved address.
     *
     * @param serverName the name that the server goes by: what SNI asks for and the certificate must hold
     */
    public static Builder to(InetSocketAddress address, String serverName) {
        return new Builder(address, serverName);
    }

    /** Where the connection goes. */
    public InetSocketAddress address() {
        return address;
    }

    /** The name that SNI asks for and the certificate must hold. */
    public String serverName() {
        return serverName;
    }

    /** What EHLO says. */
    public String ehloName() {
        return ehloName;
    }

    /** How much TLS it needs. */
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

    /** The local address to connect from. */
    public Optional<InetAddress> source() {
        return Optional.ofNullable(source);
    }

    /** The limits of its phases. */
    public SmtpTimeouts timeouts() {
        return timeouts;
    }

    SessionSettings withoutTls() {
        return to(address, serverName).ehloName(ehloName).tls(TlsMode.NONE).tlsMaterial(tlsMaterial).credentials(credentials)
            .source(source).timeouts(timeouts).build();
    }

    @Override
    public boolean equals(Object o) {
        if (!(o instanceof SessionSettings)) {
            return false;
        }
        SessionSettings other = (SessionSettings) o;
        return address.equals(other.address) && serverName.equals(other.serverName) && ehloName.equals(other.ehloName)
            && tls == other.tls && tlsMaterial.equals(other.tlsMaterial) && Objects.equals(credentials, other.credentials)
            && Objects.equals(source, other.source) && timeouts.equals(other.timeouts);
    }

    @Override
    public int hashCode() {
        return Objects.hash(address, serverName, ehloName, tls, tlsMaterial, credentials, source);
    }

    @Override
    public String toString() {
        return serverName + "[" + address.getAddress().getHostAddress() + "]:" + address.getPort();
    }

    /** Collects settings. */
    public static final class Builder {
        private final InetSocketAddress address;
        private final String serverName;
        private String ehloName = "localhost";
        private TlsMode tls = TlsMode.OPPORTUNISTIC;
        private TlsMaterial tlsMaterial = TlsMaterial.DEFAULT;
        private Credentials credentials;
        private InetAddress source;
        private SmtpTimeouts timeouts = SmtpTimeouts.RFC_5321;

        private Builder(InetSocketAddress address, String serverName) {
            if (address.isUnresolved()) {
                throw new IllegalArgumentException("Not resolved: " + address);
            }
            this.address = address;
            this.serverName = serverName;
        }

        /** The name for EHLO; {@code localhost} when not set. */
        public Builder ehloName(String name) {
            if (!name.matches("[\\x21-\\x7e]{1,255}")) {
                throw new IllegalArgumentException("No name for EHLO: " + ReplyDecoder.printable(name));
            }
            this.ehloName = name;
            return this;
        }

        /** The TLS mode; {@link TlsMode#OPPORTUNISTIC} when not set. */
        public Builder tls(TlsMode mode) {
            this.tls = mode;
            return this;
        }

        /** The trust and the client certificate; {@link TlsMaterial#DEFAULT} when not set. */
        public Builder tlsMaterial(TlsMaterial value) {
            this.tlsMaterial = value;
            return this;
        }

        /** The credentials; null for none. */
        public Builder credentials(Credentials value) {
            this.credentials = value;
            return this;
        }

        /** The local address; null for the system's choice. */
        public Builder source(InetAddress value) {
            this.source = value;
            return this;
        }

        /** The limits; {@link SmtpTimeouts#RFC_5321} when not set. */
        public Builder timeouts(SmtpTimeouts value) {
            this.timeouts = value;
            return this;
        }

        /** The settings. */
        public SessionSettings build() {
            return new SessionSettings(this);
        }
    }
}
