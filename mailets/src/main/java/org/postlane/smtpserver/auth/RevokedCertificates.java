// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.auth;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CRL;
import java.security.cert.CRLException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.Collection;
import java.util.Optional;

import org.postlane.james.ConfigurationError;
import org.postlane.james.JamesFiles;
import org.postlane.james.Parameters;

/**
 * A file of certificate revocation lists (RFC 5280 5), in PEM or DER, as the administrator fetched them. James can ask for them
 * over the network ({@code enableOCSPCRLChecks}); this works where the authority is one's own. Blocks; safe for use by several
 * threads.
 */
final class RevokedCertificates {
    static final String REVOCATION_LIST = "revocationList";
    private static final String EXPECTED = "a file of certificate revocation lists such as file://conf/revoked.crl";

    private final Optional<CurrentFile<Collection<? extends CRL>>> file;
    private final Clock clock;

    RevokedCertificates(Parameters parameters, JamesFiles files, Clock clock) {
        this.clock = clock;
        file = parameters.text(REVOCATION_LIST, EXPECTED).map(written -> {
            try {
                CurrentFile<Collection<? extends CRL>> lists = new CurrentFile<>(files.path(written), RevokedCertificates::read);
                lists.content();
                return lists;
            } catch (IOException | IllegalArgumentException e) {
                throw new ConfigurationError(parameters.where(), REVOCATION_LIST, written,
                    EXPECTED + " (" + e.getMessage() + ")");
            }
        });
    }

    private static Collection<? extends CRL> read(Path path) throws IOException {
        try (InputStream octets = Files.newInputStream(path)) {
            return CertificateFactory.getInstance("X.509").generateCRLs(octets);
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException(path + " is none", e);
        }
    }

    /**
     * Whether this one may be used, as far as its issuer's list says.
     *
     * @throws IOException where the lists cannot be read, and where the issuer's is out of date: then nobody can tell
     */
    boolean isRevoked(X509Certificate certificate) throws IOException, CRLException {
        if (file.isEmpty()) {
            return false;
        }
        for (CRL each : file.get().content()) {
            X509CRL list = (X509CRL) each;
            if (list.getIssuerX500Principal().equals(certificate.getIssuerX500Principal())) {
                if (list.getNextUpdate() != null && list.getNextUpdate().toInstant().isBefore(clock.instant())) {
                    throw new IOException(file.get() + ": the list of " + list.getIssuerX500Principal() + " is out of date");
                }
                if (list.isRevoked(certificate)) {
                    return true;
                }
            }
        }
        return false;
    }
}
