// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.attempt;

import java.net.InetSocketAddress;
import java.time.Duration;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import org.postlane.smtp.SessionSettings;
import org.postlane.smtp.TlsMode;
import org.postlane.smtp.sasl.Credentials;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Servers that offer STARTTLS and whose handshake then fails or stalls. Where TLS is opportunistic, the client goes on in plain
 * text (RFC 7435 3: some protection where it is to be had, and never less mail for it), and for an hour no further handshake is
 * tried there: a stalled one costs minutes. Wherever TLS is required in any way, and where credentials may not be shown in plain
 * text, nothing changes. Safe for use by several threads.
 */
final class BrokenTls {
    private static final Logger LOGGER = LoggerFactory.getLogger(BrokenTls.class);
    /** Long enough for a handshake that stalls to its time-out to be cheap, short enough for a server that was mended. */
    private static final Duration REMEMBERED = Duration.ofHours(1);
    /** Few servers are broken in this way; what does not fit is found out again. */
    private static final int MOST_SERVERS = 10_000;

    private final Cache<InetSocketAddress, Boolean> broken = Caffeine.newBuilder()
        .maximumSize(MOST_SERVERS).expireAfterWrite(REMEMBERED).build();

    /** Takes note of a session that was to have TLS and has none, because the handshake failed and the client did without. */
    void noteOpened(SessionSettings wanted, SessionSettings opened) {
        if (mayGoWithout(wanted) && opened.tls() == TlsMode.NONE) {
            LOGGER.warn("{}: STARTTLS does not work there; for {} no more is tried", wanted, REMEMBERED);
            broken.put(wanted.address(), Boolean.TRUE);
        }
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
