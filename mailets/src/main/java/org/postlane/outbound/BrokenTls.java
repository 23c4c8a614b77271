// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound;

import java.net.InetSocketAddress;
import java.time.Duration;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import org.postlane.smtp.SessionSettings;
import org.postlane.smtp.TlsHandshakeException;
import org.postlane.smtp.TlsMode;
import org.postlane.smtp.sasl.Credentials;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Servers that offer STARTTLS and whose handshake then fails or stalls. Where TLS is opportunistic, mail goes to them in plain
 * text for an hour (RFC 7435 3: some protection where it is to be had, and never less mail for it). Wherever TLS is required in
 * any way, and where credentials may not be shown, nothing changes. Safe for use by several threads.
 */
final class BrokenTls {
    private static final Logger LOGGER = LoggerFactory.getLogger(BrokenTls.class);
    /** Long enough for a handshake that stalls to its time-out to be cheap, short enough for a server that was mended. */
    private static final Duration REMEMBERED = Duration.ofHours(1);
    /** Few servers are broken in this way; what does not fit is found out again. */
    private static final int MOST_SERVERS = 10_000;

    private final Cache<InetSocketAddress, Boolean> broken = Caffeine.newBuilder()
        .maximumSize(MOST_SERVERS).expireAfterWrite(REMEMBERED).build();

    /**
     * Remembers the server, where such a failure lets mail go there in plain text.
     *
     * @return whether it does, and the session may be tried again at once
     */
    boolean remember(SessionSettings settings, Throwable failure) {
        if (!(failure instanceof TlsHandshakeException) || !mayGoWithout(settings)) {
            return false;
        }
        LOGGER.warn("{}: {}; going on without TLS", settings, failure.getMessage());
        broken.put(settings.address(), Boolean.TRUE);
        return true;
    }

    /** The settings, without TLS where it is broken at their address and they may do without. */
    SessionSettings leftAlone(SessionSettings settings) {
        return mayGoWithout(settings) && broken.getIfPresent(settings.address()) != null
            ? settings.toBuilder().tls(TlsMode.NONE).build() : settings;
    }

    private static boolean mayGoWithout(SessionSettings settings) {
        return settings.tls() == TlsMode.OPPORTUNISTIC
            && settings.credentials().map(Credentials::isAllowedWithoutTls).orElse(true);
    }
}
