// SPDX-License-Identifier: Apache-2.0
package org.postlane.credential;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import com.ongres.scram.common.ScramFunctions;
import com.ongres.scram.common.ScramMechanism;
import com.ongres.scram.common.StringPreparation;

/**
 * What SCRAM-SHA-256 (RFC 5802 3, RFC 7677) is checked with. Whoever has it can pose as the server to this user and try
 * passwords, slowly; to log in it is not enough. Immutable.
 */
public final class ScramKeys {
    private static final ScramMechanism MECHANISM = ScramMechanism.SCRAM_SHA_256;
    /** As many as NIST SP 800-132 5.1 asks for. */
    static final int SALT_LENGTH = 16;
    private static final int KEY_LENGTH = 32;
    private static final SecureRandom RANDOM = new SecureRandom();
    /** RFC 5803 3, for this hash. */
    private static final Pattern TEXT = Pattern.compile("SCRAM-SHA-256\\$(\\d{1,9}):([^$:]+)\\$([^$:]+):([^$:]+)");

    private final byte[] salt;
    private final int iterations;
    private final byte[] storedKey;
    private final byte[] serverKey;

    private ScramKeys(byte[] salt, int iterations, byte[] storedKey, byte[] serverKey) {
        this.salt = salt;
        this.iterations = iterations;
        this.storedKey = storedKey;
        this.serverKey = serverKey;
    }

    /**
     * Those of a password, with a new salt. Takes long, on purpose.
     *
     * @throws IllegalArgumentException for a password that is empty, or that holds a character that SCRAM cannot carry
     *     (RFC 4013 2.3)
     */
    public static ScramKeys derive(String password, int iterations) {
        byte[] salt = new byte[SALT_LENGTH];
        RANDOM.nextBytes(salt);
        return derive(password, salt, iterations);
    }

    /** As {@link #derive(String, int)}, with this salt. */
    public static ScramKeys derive(String password, byte[] salt, int iterations) {
        byte[] salted = ScramFunctions.saltedPassword(MECHANISM, StringPreparation.SASL_PREPARATION, password.toCharArray(), salt,
            iterations);
        byte[] clientKey = ScramFunctions.clientKey(MECHANISM, salted);
        return new ScramKeys(salt.clone(), iterations, ScramFunctions.storedKey(MECHANISM, clientKey),
            ScramFunctions.serverKey(MECHANISM, salted));
    }

    /** Keys that no password leads to. */
    static ScramKeys decoy(byte[] octets, int iterations) {
        return new ScramKeys(Arrays.copyOf(octets, SALT_LENGTH), iterations, octets.clone(), octets.clone());
    }

    /** Whether they are of this password; takes long, on purpose. */
    boolean areOf(String password) {
        return MessageDigest.isEqual(derive(password, salt, iterations).storedKey, storedKey);
    }

    /** The salt; it is no secret. */
    public byte[] salt() {
        return salt.clone();
    }

    /** Rounds of hashing. */
    public int iterations() {
        return iterations;
    }

    /** Whether this proof could only be made by who knows the password (RFC 5802 3). Always takes the same time. */
    public boolean verify(byte[] proof, String authMessage) {
        byte[] clientKey = ScramFunctions.hmac(MECHANISM, storedKey, authMessage.getBytes(StandardCharsets.UTF_8));
        for (int i = 0; i < clientKey.length && i < proof.length; i++) {
            clientKey[i] ^= proof[i];
        }
        boolean isKey = MessageDigest.isEqual(ScramFunctions.hash(MECHANISM, clientKey), storedKey);
        return isKey && proof.length == KEY_LENGTH;
    }

    /** What proves to the client that the server knows the keys. */
    public byte[] sign(String authMessage) {
        return ScramFunctions.hmac(MECHANISM, serverKey, authMessage.getBytes(StandardCharsets.UTF_8));
    }

    String asText() {
        Base64.Encoder base64 = Base64.getEncoder();
        return "SCRAM-SHA-256$" + iterations + ":" + base64.encodeToString(salt) + "$" + base64.encodeToString(storedKey) + ":"
            + base64.encodeToString(serverKey);
    }

    /** @throws IllegalArgumentException for what {@link #asText()} did not make */
    static ScramKeys parse(String text) {
        Matcher parts = TEXT.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException("expected SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey");
        }
        Base64.Decoder base64 = Base64.getDecoder();
        ScramKeys keys = new ScramKeys(base64.decode(parts.group(2)), Integer.parseInt(parts.group(1)),
            base64.decode(parts.group(3)), base64.decode(parts.group(4)));
        if (keys.iterations < 1 || keys.storedKey.length != KEY_LENGTH || keys.serverKey.length != KEY_LENGTH) {
            throw new IllegalArgumentException("keys of another length");
        }
        return keys;
    }

    @Override
    public String toString() {
        return "SCRAM-SHA-256:***";
    }
}
