// SPDX-License-Identifier: Apache-2.0
package org.postlane.peers;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Bearer tokens (RFC 7519, HS256) that Dovecot checks by itself, with the key that it finds in a file. */
final class Tokens {
    private static final byte[] KEY = "a key of thirty-two octets, tests".getBytes(UTF_8);
    private static final Duration VALIDITY = Duration.ofHours(1);

    /** Where Dovecot looks: authorized party, algorithm, key, the first and the last by their default names. */
    void writeKey(Path directory) {
        try {
            Path file = directory.resolve(Path.of("default", "HS256", "default"));
            Files.createDirectories(file.getParent());
            Files.writeString(file, Base64.getEncoder().encodeToString(KEY));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A token for the user; a bad one is signed with another key. */
    String token(String user, boolean good) {
        long now = Instant.now().getEpochSecond();
        String signed = encode("{\"alg\":\"HS256\",\"typ\":\"JWT\"}") + "." + encode("{\"sub\":\"" + user + "\",\"iat\":" + now
            + ",\"nbf\":" + now + ",\"exp\":" + (now + VALIDITY.toSeconds()) + "}");
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(good ? KEY : "another".getBytes(UTF_8), "HmacSHA256"));
            return signed + "." + encode(mac.doFinal(signed.getBytes(UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String encode(String text) {
        return encode(text.getBytes(UTF_8));
    }

    private static String encode(byte[] octets) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(octets);
    }
}
