// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;

import io.netty.channel.Channel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;

/** TLS for sessions: 1.2 and 1.3, the certificate checked or not as {@link TlsMode} says. Safe to share. */
final class TlsContexts {
    private static final List<String> PROTOCOLS = List.of("TLSv1.3", "TLSv1.2");

    private final SslContext verified;
    private final SslContext unverified;

    /** Contexts with this trust and client certificate; the trust counts where the mode has the server verified. */
    TlsContexts(TlsMaterial material) {
        this.verified = context(material, material.trustManagers());
        this.unverified = context(material, InsecureTrustManagerFactory.INSTANCE);
    }

    private static SslContext context(TlsMaterial material, TrustManagerFactory trust) {
        try {
            return SslContextBuilder.forClient().protocols(PROTOCOLS).trustManager(trust)
                .keyManager(material.keyManagers()).build();
        } catch (SSLException e) {
            throw new IllegalStateException("This JVM has no TLS 1.2 or 1.3", e);
        }
    }

    /** Puts TLS in front of everything else on the channel and shakes hands. */
    CompletableFuture<Void> handshake(Channel channel, SessionSettings settings) {
        boolean verify = settings.tls().isVerified();
        String name = settings.serverName();
        SslHandler handler = (verify ? verified : unverified)
            .newHandler(channel.alloc(), name, settings.address().getPort());
        if (verify) {
            SSLEngine engine = handler.engine();
            SSLParameters parameters = engine.getSSLParameters();
            // The algorithm of RFC 2818 is the one of RFC 6125 that mail servers are checked by as well.
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            engine.setSSLParameters(parameters);
        }
        handler.setHandshakeTimeout(settings.timeouts().command().toMillis(), TimeUnit.MILLISECONDS);
        CompletableFuture<Void> done = new CompletableFuture<>();
        handler.handshakeFuture().addListener(handshake -> {
            if (handshake.isSuccess()) {
                done.complete(null);
            } else {
                done.completeExceptionally(new TlsHandshakeException(
                    "TLS with " + name + " failed: " + handshake.cause().getMessage(), handshake.cause()));
            }
        });
        channel.pipeline().addFirst(handler);
        return done;
    }
}
