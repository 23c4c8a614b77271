// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * The server's side of SCRAM-SHA-256 (RFC 5802, RFC 7677), straight from the formulas and without SASLprep: it knows the password
 * and checks one proof.
 */
final class ScramServer {
    private static final Pattern CLIENT_FIRST = Pattern.compile("n,(?:a=([^,]*))?,(n=([^,]+),r=([^,]+))");
    private static final Pattern CLIENT_FINAL = Pattern.compile("(c=([^,]+),r=([^,]+)),p=([^,]+)");
    private static final byte[] SALT = "0123456789abcdef".getBytes(UTF_8);

    private final String password;
    private final int iterations;
    private String user;
    private String authorizationId;
    private String header;
    private String clientFirst;
    private String serverFirst;
    private String nonce;
    private String signature;

    ScramServer(String password, int iterations) {
        this.password = password;
        this.iterations = iterations;
    }

    /** The answer to the client's first message. */
    String challenge(String message) {
        Matcher first = match(CLIENT_FIRST, message);
        authorizationId = first.group(1) == null ? "" : unescape(first.group(1));
        header = message.substring(0, first.start(2));
        clientFirst = first.group(2);
        user = unescape(first.group(3));
        nonce = first.group(4) + "server-nonce" + System.nanoTime();
        serverFirst = "r=" + nonce + ",s=" + base64(SALT) + ",i=" + iterations;
        return serverFirst;
    }

    /** Whether the client's last message proves that it knows the password. */
    boolean verify(String message) {
        Matcher last = match(CLIENT_FINAL, message);
        if (!last.group(2).equals(base64(header.getBytes(UTF_8))) || !last.group(3).equals(nonce)) {
            throw new IllegalArgumentException("SCRAM: the client's last message does not continue the first: " + message);
        }
        try {
            String all = clientFirst + "," + serverFirst + "," + last.group(1);
            byte[] salted = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                .generateSecret(new PBEKeySpec(password.toCharArray(), SALT, iterations, 256)).getEncoded();
            byte[] storedKey = sha256(hmac(salted, "Client Key"));
            byte[] clientKey = hmac(storedKey, all);
            byte[] proof = Base64.getDecoder().decode(last.group(4));
            for (int i = 0; i < clientKey.length; i++) {
                clientKey[i] ^= proof[i];
            }
            signature = base64(hmac(hmac(salted, "Server Key"), all));
            return MessageDigest.isEqual(sha256(clientKey), storedKey);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    String user() {
        return user;
    }

    String authorizationId() {
        return authorizationId;
    }

    /** What proves that the server knows the password too; for after {@link #verify}. */
    String signature() {
        return signature;
    }

    private static Matcher match(Pattern pattern, String message) {
        Matcher matcher = pattern.matcher(message);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("no SCRAM message: " + message);
        }
        return matcher;
    }

    private static String unescape(String name) {
        return name.replace("=2C", ",").replace("=3D", "=");
    }

    private static byte[] hmac(byte[] key, String text) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(text.getBytes(UTF_8));
    }

    private static byte[] sha256(byte[] octets) throws GeneralSecurityException {
        return MessageDigest.getInstance("SHA-256").digest(octets);
    }

    private static String base64(byte[] octets) {
        return Base64.getEncoder().encodeToString(octets);
    }
}
