// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.auth;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

import org.apache.james.core.Username;
import org.postlane.credential.CramMd5Keys;
import org.postlane.credential.Credential;
import org.postlane.credential.CredentialStore;
import org.postlane.credential.Passwords;

/** CRAM-MD5 (RFC 2195): the client signs with its password what the server said, which is never said twice. */
final class CramMd5Exchange implements Exchange {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int NONCE_LENGTH = 18;

    private final CredentialStore store;
    private final Passwords passwords;
    private final byte[] challenge;
    private Optional<String> claimed = Optional.empty();

    CramMd5Exchange(CredentialStore store, Passwords passwords, String host) {
        this.store = store;
        this.passwords = passwords;
        byte[] nonce = new byte[NONCE_LENGTH];
        RANDOM.nextBytes(nonce);
        this.challenge = ("<" + Base64.getUrlEncoder().encodeToString(nonce) + "@" + host + ">")
            .getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public byte[] opening() {
        return challenge.clone();
    }

    @Override
    public boolean takesInitialResponse() {
        return false;
    }

    @Override
    public CompletableFuture<Step> next(byte[] response) {
        String text = Names.utf8(response).orElse("");
        int space = text.lastIndexOf(' ');
        if (space < 0) {
            return Step.malformed().now();
        }
        String name = text.substring(0, space);
        claimed = Optional.of(name);
        Optional<Username> user = Names.user(name);
        if (user.isEmpty()) {
            return Step.failure().now();
        }
        Optional<Credential> credential = store.find(user.get()).filter(found -> found.cramMd5().isPresent());
        CramMd5Keys decoy = store.cramMd5Decoy(user.get().asString());
        byte[] expected = hex(credential.flatMap(Credential::cramMd5).orElse(decoy).sign(challenge));
        boolean isProven = MessageDigest.isEqual(expected, text.substring(space + 1).getBytes(StandardCharsets.UTF_8));
        return passwords.isCurrent(user.get(), credential)
            .thenApply(isCurrent -> isProven && isCurrent ? Step.success(user.get()) : Step.failure());
    }

    private static byte[] hex(byte[] octets) {
        StringBuilder text = new StringBuilder();
        for (byte octet : octets) {
            text.append(Character.forDigit((octet >> 4) & 0xf, 16)).append(Character.forDigit(octet & 0xf, 16));
        }
        return text.toString().getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public Optional<String> claimed() {
        return claimed;
    }
}
