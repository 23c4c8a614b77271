// SPDX-License-Identifier: Apache-2.0
package org.postlane.it;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

import org.postlane.testing.SmtpDialogue;
import org.postlane.testing.SmtpDialogue.Reply;

/** A client's side of SCRAM-SHA-256 (RFC 5802 3), straight from the formulas. */
final class ScramLogin {
    private static final String GS2_HEADER = "n,,";

    private ScramLogin() {
    }

    /** Logs in, and returns the last reply; the server's own proof is checked on the way. */
    static Reply login(SmtpDialogue dialogue, String user, String password) throws GeneralSecurityException {
        String bare = "n=" + user + ",r=clientnonce" + System.nanoTime();
        String serverFirst = decode(dialogue.command("AUTH SCRAM-SHA-256 " + encode(GS2_HEADER + bare), 334));
        String[] parts = serverFirst.split(",");
        byte[] salt = Base64.getDecoder().decode(parts[1].substring(2));
        byte[] salted = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256").generateSecret(new PBEKeySpec(password.toCharArray(),
            salt, Integer.parseInt(parts[2].substring(2)), 256)).getEncoded();
        String withoutProof = "c=" + encode(GS2_HEADER) + "," + parts[0];
        String all = bare + "," + serverFirst + "," + withoutProof;
        byte[] proof = hmac(salted, "Client Key");
        byte[] signature = hmac(MessageDigest.getInstance("SHA-256").digest(proof), all);
        for (int i = 0; i < proof.length; i++) {
            proof[i] ^= signature[i];
        }
        Reply last = dialogue.command(encode(withoutProof + ",p=" + Base64.getEncoder().encodeToString(proof)));
        if (last.code() != 334) {
            return last;
        }
        String expected = "v=" + Base64.getEncoder().encodeToString(hmac(hmac(salted, "Server Key"), all));
        if (!decode(last).equals(expected)) {
            throw new AssertionError("The server has not proven that it knows the password: " + last.text());
        }
        return dialogue.command("");
    }

    private static byte[] hmac(byte[] key, String text) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(text.getBytes(UTF_8));
    }

    private static String encode(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
    }

    private static String decode(Reply reply) {
        return new String(Base64.getDecoder().decode(reply.text().substring(4)), UTF_8);
    }
}
