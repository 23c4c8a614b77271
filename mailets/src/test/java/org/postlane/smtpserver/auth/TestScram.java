// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.auth;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Base64;
import java.util.UUID;

import com.ongres.scram.common.ScramFunctions;
import com.ongres.scram.common.ScramMechanism;
import com.ongres.scram.common.StringPreparation;
import org.postlane.testing.SmtpDialogue;
import org.postlane.testing.SmtpDialogue.Reply;

/** A client of SCRAM-SHA-256 that can be told to say something wrong. For one thread. */
final class TestScram {
    private static final ScramMechanism MECHANISM = ScramMechanism.SCRAM_SHA_256;

    private final SmtpDialogue dialogue;
    private String mechanism = "SCRAM-SHA-256";
    private String header = "n,,";
    private byte[] binding = new byte[0];
    private String nonce = UUID.randomUUID().toString();
    String serverFirst;
    String lastMessage;
    private byte[] expectedSignature;

    TestScram(SmtpDialogue dialogue) {
        this.dialogue = dialogue;
    }

    TestScram header(String other) {
        header = other;
        return this;
    }

    TestScram plus(String type, byte[] data) {
        mechanism = "SCRAM-SHA-256-PLUS";
        header = "p=" + type + ",,";
        binding = data.clone();
        return this;
    }

    TestScram nonce(String other) {
        nonce = other;
        return this;
    }

    /** Says the first message, and returns what that is answered. */
    Reply begin(String user) {
        Reply reply = dialogue.command("AUTH " + mechanism + " " + encode(header + "n=" + user + ",r=" + nonce));
        if (reply.code() == 334) {
            serverFirst = decode(reply);
        }
        return reply;
    }

    String serverNonce() {
        return serverFirst.split(",")[0].substring(2);
    }

    byte[] salt() {
        return Base64.getDecoder().decode(serverFirst.split(",")[1].substring(2));
    }

    int iterations() {
        return Integer.parseInt(serverFirst.split(",")[2].substring(2));
    }

    /** Says the last message, and returns what that is answered. */
    Reply finish(String user, String password) {
        byte[] head = header.getBytes(UTF_8);
        byte[] both = new byte[head.length + binding.length];
        System.arraycopy(head, 0, both, 0, head.length);
        System.arraycopy(binding, 0, both, head.length, binding.length);
        String withoutProof = "c=" + Base64.getEncoder().encodeToString(both) + ",r=" + serverNonce();
        String authMessage = "n=" + user + ",r=" + nonce + "," + serverFirst + "," + withoutProof;
        byte[] salted = ScramFunctions.saltedPassword(MECHANISM, StringPreparation.SASL_PREPARATION, password.toCharArray(),
            salt(), iterations());
        byte[] clientKey = ScramFunctions.clientKey(MECHANISM, salted);
        byte[] proof = ScramFunctions.clientProof(clientKey,
            ScramFunctions.clientSignature(MECHANISM, ScramFunctions.storedKey(MECHANISM, clientKey), authMessage));
        expectedSignature = ScramFunctions.serverSignature(MECHANISM, ScramFunctions.serverKey(MECHANISM, salted), authMessage);
        lastMessage = withoutProof + ",p=" + Base64.getEncoder().encodeToString(proof);
        return dialogue.command(encode(lastMessage));
    }

    /** Whether the server has proven that it knows the password. */
    boolean isProof(Reply reply) {
        return reply.code() == 334 && decode(reply).equals("v=" + Base64.getEncoder().encodeToString(expectedSignature));
    }

    /** The whole of it; returns the last reply. */
    Reply login(String user, String password) {
        Reply first = begin(user);
        if (first.code() != 334) {
            return first;
        }
        Reply last = finish(user, password);
        return isProof(last) ? dialogue.command("") : last;
    }

    static String encode(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
    }

    private static String decode(Reply reply) {
        return new String(Base64.getDecoder().decode(reply.text().substring(4)), UTF_8);
    }
}
