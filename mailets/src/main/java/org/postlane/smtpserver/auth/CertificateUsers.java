// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.auth;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;

import org.apache.james.core.Username;
import org.postlane.james.ConfigurationError;
import org.postlane.james.JamesFiles;
import org.postlane.james.Parameters;

/**
 * Whose a client certificate is: the addresses in it ({@code rfc822Name} of subjectAltName, RFC 5280 4.2.1.6), its
 * {@code commonName}, or what a file says of its fingerprint. Blocks; safe for use by several threads.
 */
final class CertificateUsers {
    static final String CERTIFICATE_USER = "certificateUser";
    private static final String EXPECTED = "rfc822Name, commonName, or a file such as file://conf/certificates";
    private static final String ADDRESSES = "rfc822Name";
    private static final String COMMON_NAME = "commonName";
    /** RFC 5280 4.2.1.6: its place among the kinds of general names. */
    private static final int ADDRESS_KIND = 1;

    private final String written;
    private final Optional<CurrentFile<Map<String, Username>>> fingerprints;

    CertificateUsers(Parameters parameters, JamesFiles files) {
        written = parameters.text(CERTIFICATE_USER, EXPECTED).orElse(ADDRESSES);
        try {
            fingerprints = written.equals(ADDRESSES) || written.equals(COMMON_NAME) ? Optional.empty()
                : Optional.of(new CurrentFile<>(files.path(written), CertificateUsers::read));
            if (fingerprints.isPresent()) {
                fingerprints.get().content();
            }
        } catch (IOException | IllegalArgumentException e) {
            throw new ConfigurationError(parameters.where(), CERTIFICATE_USER, written, EXPECTED + " (" + e.getMessage() + ")");
        }
    }

    private static Map<String, Username> read(Path file) throws IOException {
        Map<String, Username> users = new HashMap<>();
        for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
            String text = line.replaceFirst("#.*", "").trim();
            if (!text.isEmpty()) {
                String[] words = text.split("\\s+");
                String fingerprint = words[0].replace(":", "").toLowerCase(Locale.US);
                if (words.length != 2 || !fingerprint.matches("[0-9a-f]{64}")) {
                    throw new IllegalArgumentException(file + ": expected lines of a SHA-256 fingerprint and a user, not "
                        + line);
                }
                users.put(fingerprint, Username.of(words[1]));
            }
        }
        return users;
    }

    /** The users whom this certificate stands for; none where it names nobody. */
    Set<Username> of(X509Certificate certificate) throws IOException, GeneralSecurityException {
        Set<Username> users = new LinkedHashSet<>();
        if (fingerprints.isPresent()) {
            Optional.ofNullable(fingerprints.get().content().get(fingerprint(certificate))).ifPresent(users::add);
        } else if (written.equals(COMMON_NAME)) {
            commonName(certificate).flatMap(Names::user).ifPresent(users::add);
        } else {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            for (List<?> name : names == null ? List.<List<?>>of() : names) {
                if (name.get(0).equals(ADDRESS_KIND)) {
                    Names.user(String.valueOf(name.get(1))).ifPresent(users::add);
                }
            }
        }
        return users;
    }

    private static Optional<String> commonName(X509Certificate certificate) {
        try {
            return new LdapName(certificate.getSubjectX500Principal().getName()).getRdns().stream()
                .filter(part -> part.getType().equalsIgnoreCase("CN")).map(Rdn::getValue).map(String::valueOf).findFirst();
        } catch (InvalidNameException e) {
            return Optional.empty();
        }
    }

    /** As {@code openssl x509 -fingerprint -sha256} shows it, without colons. */
    static String fingerprint(X509Certificate certificate) throws GeneralSecurityException {
        StringBuilder text = new StringBuilder();
        for (byte octet : MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded())) {
            text.append(Character.forDigit((octet >> 4) & 0xf, 16)).append(Character.forDigit(octet & 0xf, 16));
        }
        return text.toString();
    }
}
