// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.auth;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.security.cert.Certificate;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Optional;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLSession;

import com.ongres.scram.common.util.TlsServerEndpoint;

/**
 * What a client can bind SCRAM to on this connection: {@code tls-server-end-point} (RFC 5929 4), and {@code tls-exporter}
 * (RFC 9266) where the JVM shows it, which Java 25 is the first to do. No JVM shows {@code tls-unique}. Immutable.
 */
final class ChannelBindings {
    private static final String EXPORTER = "tls-exporter";
    /** RFC 9266 2. */
    private static final String EXPORTER_LABEL = "EXPORTER-Channel-Binding";
    private static final int EXPORTER_LENGTH = 32;
    /** With TLS 1.2 an exporter binds only where the session has an extended master secret, which nobody can ask the JVM for. */
    private static final String EXPORTER_PROTOCOL = "TLSv1.3";
    private static final Optional<Method> EXPORT = exportMethod();

    private final Optional<SSLSession> session;

    /** @param session empty for a connection without TLS */
    ChannelBindings(Optional<SSLSession> session) {
        this.session = session;
    }

    private static Optional<Method> exportMethod() {
        return Arrays.stream(ExtendedSSLSession.class.getMethods())
            .filter(method -> method.getName().equals("exportKeyingMaterialData") && method.getParameterCount() == 3).findFirst();
    }

    /** Whether there is any. */
    boolean hasAny() {
        return has(TlsServerEndpoint.TLS_SERVER_END_POINT);
    }

    boolean has(String type) {
        return data(type).isPresent();
    }

    /** The octets of a type; empty where this connection does not have it. */
    Optional<byte[]> data(String type) {
        switch (type) {
            case TlsServerEndpoint.TLS_SERVER_END_POINT:
                return session.flatMap(ChannelBindings::endPoint);
            case EXPORTER:
                return session.filter(each -> each.getProtocol().equals(EXPORTER_PROTOCOL)).flatMap(ChannelBindings::exported);
            default:
                return Optional.empty();
        }
    }

    private static Optional<byte[]> endPoint(SSLSession tls) {
        Certificate[] own = tls.getLocalCertificates();
        if (own == null || own.length == 0 || !(own[0] instanceof X509Certificate)) {
            return Optional.empty();
        }
        try {
            // Empty for a signature without a hash of its own, such as Ed25519, for which RFC 5929 defines nothing.
            return Optional.of(TlsServerEndpoint.getChannelBindingData((X509Certificate) own[0])).filter(data -> data.length > 0);
        } catch (CertificateEncodingException e) {
            return Optional.empty();
        }
    }

    private static Optional<byte[]> exported(SSLSession tls) {
        if (EXPORT.isEmpty() || !(tls instanceof ExtendedSSLSession)) {
            return Optional.empty();
        }
        try {
            return Optional.of((byte[]) EXPORT.get().invoke(tls, EXPORTER_LABEL, new byte[0], EXPORTER_LENGTH));
        } catch (InvocationTargetException | IllegalAccessException e) {
            return Optional.empty();
        }
    }
}
