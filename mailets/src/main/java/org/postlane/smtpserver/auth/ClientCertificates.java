// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.auth;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.cert.Certificate;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

import org.apache.james.core.Username;
import org.postlane.james.JamesFiles;
import org.postlane.james.Parameters;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The certificate of a client, which TLS has found to be of an authority that James trusts. Safe for use by several threads. */
final class ClientCertificates {
    private static final Logger LOGGER = LoggerFactory.getLogger(ClientCertificates.class);

    private final CertificateUsers users;
    private final RevokedCertificates revoked;
    private final Clock clock;

    ClientCertificates(Parameters parameters, JamesFiles files, Clock clock) {
        this.users = new CertificateUsers(parameters, files);
        this.revoked = new RevokedCertificates(parameters, files, clock);
        this.clock = clock;
    }

    /** The certificates that the client showed, its own first; empty where it showed none. */
    static List<X509Certificate> of(Optional<SSLSession> session) {
        if (session.isEmpty()) {
            return List.of();
        }
        try {
            Certificate[] chain = session.get().getPeerCertificates();
            return Arrays.stream(chain).filter(X509Certificate.class::isInstance).map(X509Certificate.class::cast)
                .collect(Collectors.toList());
        } catch (SSLPeerUnverifiedException e) {
            return List.of();
        }
    }

    /**
     * Whom the client may be; none where its certificate is not valid now, is revoked or names nobody. Blocks.
     *
     * @throws IOException where that cannot be found out
     */
    Set<Username> users(List<X509Certificate> chain) throws IOException, GeneralSecurityException {
        for (X509Certificate certificate : chain) {
            try {
                // TLS has looked already, but not at one that is itself in the trust store, and a session may last.
                certificate.checkValidity(Date.from(clock.instant()));
            } catch (CertificateExpiredException | CertificateNotYetValidException e) {
                LOGGER.info("The client certificate of {} is not valid now: {}", name(chain), e.getMessage());
                return Set.of();
            }
            if (revoked.isRevoked(certificate)) {
                LOGGER.info("The client certificate of {} is revoked", name(chain));
                return Set.of();
            }
        }
        return chain.isEmpty() ? Set.of() : users.of(chain.get(0));
    }

    private static String name(List<X509Certificate> chain) {
        return Names.forLog(chain.get(0).getSubjectX500Principal().getName());
    }
}
