// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

import org.postlane.smtp.sasl.Credentials;

/**
 * Everything that makes one session different from another: where it goes and as whom, under which name and over which TLS.
 * Two that are equal may share a connection, two that differ may not. Immutable.
 */
public final class SessionSettings {
    /** The most transactions that may be without an outcome at once. */
    public static final int MOST_TRANSACTIONS_IN_FLIGHT = SmtpLimits.MOST_TRANSACTIONS_IN_FLIGHT;

    private final InetSocketAddress address;
    private final String serverName;
    private final String ehloName;
    private final TlsMode tls;
    private final TlsMaterial tlsMaterial;
    private final Credentials credentials;
    private final InetAddress source;
    private final SmtpTimeouts timeouts;
    private final Protocol protocol;
    private final Set<String> ignoredExtensions;
    private final int transactionsInFlight;

    private SessionSettings(Builder builder) {
        this.address = builder.address;
        this.serverName = builder.serverName;
        this.ehloName = builder.ehloName;
        this.tls = builder.tls;
        this.tlsMaterial = builder.tlsMaterial;
        this.credentials = builder.credentials;
        this.source = builder.source;
        this.timeouts = builder.timeouts;
        this.protocol = builder.protocol;
        this.ignoredExtensions = builder.ignoredExtensions;
        this.transactionsInFlight = builder.transactionsInFlight;
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

    /** What is spoken. */
    public Protocol protocol() {
        return protocol;
    }

    /** Extensions that are not used although the server offers them; in upper case. */
    public Set<String> ignoredExtensions() {
        return ignoredExtensions;
    }

    /** How many transactions may be without an outcome at once; 1 where each waits for the one before. */
    public int transactionsInFlight() {
        return transactionsInFlight;
    }

    /** A builder that begins with these settings. */
    public Builder toBuilder() {
        return to(address, serverName).ehloName(ehloName).tls(tls).tlsMaterial(tlsMaterial).credentials(credentials)
            .source(source).timeouts(timeouts).protocol(protocol).ignoring(ignoredExtensions)
            .transactionsInFlight(transactionsInFlight);
    }

    @Override
    public boolean equals(Object o) {
        if (!(o instanceof SessionSettings)) {
            return false;
        }
        SessionSettings other = (SessionSettings) o;
        return address.equals(other.address) && serverName.equals(other.serverName) && ehloName.equals(other.ehloName)
            && tls == other.tls && tlsMaterial.equals(other.tlsMaterial) && Objects.equals(credentials, other.credentials)
            && Objects.equals(source, other.source) && timeouts.equals(other.timeouts) && protocol == other.protocol
            && ignoredExtensions.equals(other.ignoredExtensions) && transactionsInFlight == other.transactionsInFlight;
    }

    @Override
    public int hashCode() {
        return Objects.hash(address, serverName, ehloName, tls, tlsMaterial, credentials, source, protocol);
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
        private Protocol protocol = Protocol.SMTP;
        private Set<String> ignoredExtensions = Set.of();
        private int transactionsInFlight = 1;

        private Builder(InetSocketAddress address, String serverName) {
            if (address.isUnresolved()) {
                throw new IllegalArgumentException("Not resolved: " + address);
            }
            this.address = address;
            this.serverName = serverName;
        }

        /**
         * The name for EHLO, a host name or an address literal; {@code localhost} when not set.
         *
         * @throws IllegalArgumentException for what is no {@link Domain}, or none that can be said in ASCII: before EHLO is
         *     answered, nobody has offered SMTPUTF8
         */
        public Builder ehloName(String name) {
            Domain domain = Domain.of(name);
            if (domain.needsSmtpUtf8()) {
                throw new IllegalArgumentException("No name for EHLO, which is ASCII: " + ReplyDecoder.printable(name));
            }
            this.ehloName = domain.toString();
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

        /** What is spoken; {@link Protocol#SMTP} when not set. */
        public Builder protocol(Protocol value) {
            this.protocol = value;
            return this;
        }

        /** Extensions to leave alone, such as {@code CHUNKING}, for servers that offer what they cannot do; none when not set. */
        public Builder ignoring(Collection<String> extensions) {
            this.ignoredExtensions = extensions.stream().map(name -> name.toUpperCase(Locale.US))
                .collect(Collectors.toUnmodifiableSet());
            return this;
        }

        /**
         * How many transactions may be without an outcome at once; 1 when not set.
         *
         * @throws IllegalArgumentException below 1 and above 100
         */
        public Builder transactionsInFlight(int count) {
            if (count < 1 || count > MOST_TRANSACTIONS_IN_FLIGHT) {
                throw new IllegalArgumentException("Transactions in flight: from 1 to "
                    + MOST_TRANSACTIONS_IN_FLIGHT + ", not " + count);
            }
            this.transactionsInFlight = count;
            return this;
        }

        /** The settings. */
        public SessionSettings build() {
            return new SessionSettings(this);
        }
    }
}
