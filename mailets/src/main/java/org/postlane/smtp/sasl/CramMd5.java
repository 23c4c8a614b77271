// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp.sasl;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** CRAM-MD5 (RFC 2195): the password signs what the server said. */
final class CramMd5 implements SaslExchange {
    private static final String ALGORITHM = "HmacMD5";

    private final Credentials credentials;
    private boolean answered;

    CramMd5(Credentials credentials) {
        this.credentials = credentials;
    }

    @Override
    public Optional<byte[]> initialResponse() {
        return Optional.empty();
    }

    @Override
    public byte[] answer(String challenge) throws SaslException {
        byte[] octets = Challenge.octets(challenge);
        if (answered || octets.length == 0) {
            throw new SaslException(answered ? "The server asked for more than the mechanism CRAM-MD5 has"
                : "The server's challenge for CRAM-MD5 is empty");
        }
        answered = true;
        StringBuilder response = new StringBuilder(credentials.user()).append(' ');
        for (byte octet : sign(octets)) {
            response.append(String.format("%02x", octet));
        }
        return response.toString().getBytes(StandardCharsets.UTF_8);
    }

    private byte[] sign(byte[] octets) throws SaslException {
        byte[] password = credentials.secret().getBytes(StandardCharsets.UTF_8);
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            // HMAC fills short keys with zeros (RFC 2104 2); the JDK refuses the empty one that this comes to as well.
            mac.init(new SecretKeySpec(password.length == 0 ? new byte[1] : password, ALGORITHM));
            return mac.doFinal(octets);
        } catch (GeneralSecurityException e) {
            throw new SaslException("This JVM cannot compute CRAM-MD5: " + e.getMessage());
        }
    }

    @Override
    public Optional<String> doubt() {
        return answered ? Optional.empty() : Optional.of("it had sent no challenge");
    }
}
