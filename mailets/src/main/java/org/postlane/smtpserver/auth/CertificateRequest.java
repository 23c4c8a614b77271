// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.auth;

import java.lang.reflect.Field;

import org.apache.james.protocols.api.ClientAuth;
import org.apache.james.protocols.api.ProtocolSession;
import org.apache.james.protocols.api.ProtocolSessionImpl;
import org.apache.james.protocols.api.ProtocolTransport;
import org.apache.james.protocols.netty.Encryption.LegacyJavaEncryption;
import org.apache.james.protocols.netty.NettyProtocolTransport;
import org.postlane.james.ConfigurationError;

/**
 * James 3.8.1 knows only listeners that demand a client certificate and such that never ask, though its TLS could do a third
 * thing. This makes a listener's demand a question. A listener that does not ask stays so: its trust is Java's, all the
 * authorities of the web. Safe for use by several threads.
 */
final class CertificateRequest {
    private final Field encryption;
    private final Field clientAuth;

    /** @throws ConfigurationError in a James that is built otherwise */
    CertificateRequest(String where) {
        try {
            encryption = NettyProtocolTransport.class.getDeclaredField("encryption");
            clientAuth = LegacyJavaEncryption.class.getDeclaredField("clientAuth");
            encryption.setAccessible(true);
            clientAuth.setAccessible(true);
        } catch (ReflectiveOperationException | RuntimeException e) {
            throw new ConfigurationError(where, AuthSettings.CLIENT_CERTIFICATE, "optional",
                "James 3.8.1, whose TLS can be told so (" + e + ")");
        }
    }

    /**
     * For this session's STARTTLS and for every later session of the listener. Where TLS is there from the first byte, this one's
     * handshake may have begun.
     */
    void makeOptional(ProtocolSession session) {
        if (!(session instanceof ProtocolSessionImpl)) {
            return;
        }
        ProtocolTransport transport = ((ProtocolSessionImpl) session).getProtocolTransport();
        if (!(transport instanceof NettyProtocolTransport)) {
            return;
        }
        try {
            Object tls = encryption.get(transport);
            if (tls instanceof LegacyJavaEncryption && clientAuth.get(tls) == ClientAuth.NEED) {
                clientAuth.set(tls, ClientAuth.WANT);
            }
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }
}
