// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.auth;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

import org.apache.james.core.Username;
import org.postlane.credential.Credential;
import org.postlane.credential.CredentialStore;
import org.postlane.credential.Passwords;
import org.postlane.credential.ScramKeys;

/**
 * The server's side of SCRAM-SHA-256 and SCRAM-SHA-256-PLUS (RFC 5802, RFC 7677). For a user without keys it goes the same way
 * with keys that fit no password.
 */
final class ScramExchange implements Exchange {
    private enum Awaited { FIRST, FINAL, NOTHING }

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int NONCE_LENGTH = 24;

    /** What the listener and the session have for it. Immutable. */
    static final class Setting {
        private final CredentialStore store;
        private final Passwords passwords;
        private final Authority authority;
        private final ChannelBindings bindings;
        private final boolean offersPlus;

        /** @param offersPlus whether this session was offered SCRAM-SHA-256-PLUS */
        Setting(CredentialStore store, Passwords passwords, Authority authority, ChannelBindings bindings, boolean offersPlus) {
            this.store = store;
            this.passwords = passwords;
            this.authority = authority;
            this.bindings = bindings;
            this.offersPlus = offersPlus;
        }
    }

    private final Setting setting;
    private final boolean isPlus;
    private final Supplier<String> nonce;
    private Awaited awaited = Awaited.FIRST;
    private ScramMessages.First first;
    private Optional<Username> user = Optional.empty();
    private Optional<Username> wanted = Optional.empty();
    private Optional<Credential> credential = Optional.empty();
    private ScramKeys keys;
    private String serverFirst;
    private Step decided;

    ScramExchange(Setting setting, boolean isPlus) {
        this(setting, isPlus, ScramExchange::newNonce);
    }

    /** With a nonce that is known beforehand, for the example of the RFC. */
    ScramExchange(Setting setting, boolean isPlus, Supplier<String> nonce) {
        this.setting = setting;
        this.isPlus = isPlus;
        this.nonce = nonce;
    }

    private static String newNonce() {
        byte[] octets = new byte[NONCE_LENGTH];
        RANDOM.nextBytes(octets);
        return Base64.getEncoder().encodeToString(octets);
    }

    @Override
    public byte[] opening() {
        return new byte[0];
    }

    @Override
    public CompletableFuture<Step> next(byte[] response) {
        if (awaited == Awaited.NOTHING) {
            // The client has the server's signature, and says so with nothing.
            return response.length == 0 ? decided.now() : Step.malformed().now();
        }
        Optional<String> message = Names.utf8(response);
        if (message.isEmpty()) {
            return Step.malformed().now();
        }
        return awaited == Awaited.FIRST ? begin(message.get()) : finish(message.get());
    }

    private CompletableFuture<Step> begin(String message) {
        Optional<ScramMessages.First> parsed = ScramMessages.first(message);
        if (parsed.isEmpty()) {
            return Step.malformed().now();
        }
        first = parsed.get();
        // "y" where we did offer it: somebody has changed what we announced (RFC 5802 6).
        boolean isDowngraded = first.believesNoBinding() && setting.offersPlus;
        boolean isBound = first.bindingType().filter(setting.bindings::has).isPresent();
        user = Names.prepared(first.user());
        wanted = first.authorizationId().flatMap(Names::prepared);
        if (isDowngraded || (isPlus ? !isBound : first.bindingType().isPresent())
                || (first.authorizationId().isPresent() && wanted.isEmpty())) {
            return Step.failure().now();
        }
        credential = user.flatMap(setting.store::find);
        ScramKeys decoy = setting.store.scramDecoy(user.map(Username::asString).orElse(first.user()));
        keys = credential.map(Credential::scram).orElse(decoy);
        serverFirst = "r=" + first.nonce() + nonce.get() + ",s=" + base64(keys.salt()) + ",i=" + keys.iterations();
        awaited = Awaited.FINAL;
        return Step.challenge(serverFirst.getBytes(StandardCharsets.UTF_8)).now();
    }

    private CompletableFuture<Step> finish(String message) {
        Optional<ScramMessages.Final> parsed = ScramMessages.last(message);
        if (parsed.isEmpty()) {
            return Step.malformed().now();
        }
        ScramMessages.Final last = parsed.get();
        String authMessage = first.bare() + "," + serverFirst + "," + last.withoutProof();
        boolean isBound = MessageDigest.isEqual(last.binding(), binding());
        boolean isOurs = serverFirst.startsWith("r=" + last.nonce() + ",s=");
        boolean isProven = keys.verify(last.proof(), authMessage);
        if (user.isEmpty()) {
            return Step.failure().now();
        }
        return setting.passwords.isCurrent(user.get(), credential).thenCompose(isCurrent ->
            isCurrent && isBound && isOurs && isProven ? setting.authority.decide(user.get(), wanted) : Step.failure().now())
            .thenApply(step -> step.kind() == Step.Kind.SUCCESS ? prove(step, authMessage) : step);
    }

    /** The header of the first message, and what binds to the channel. */
    private byte[] binding() {
        byte[] header = first.gs2Header().getBytes(StandardCharsets.UTF_8);
        byte[] data = first.bindingType().flatMap(setting.bindings::data).orElse(new byte[0]);
        byte[] both = new byte[header.length + data.length];
        System.arraycopy(header, 0, both, 0, header.length);
        System.arraycopy(data, 0, both, header.length, data.length);
        return both;
    }

    private Step prove(Step success, String authMessage) {
        decided = success;
        awaited = Awaited.NOTHING;
        return Step.challenge(("v=" + base64(keys.sign(authMessage))).getBytes(StandardCharsets.UTF_8));
    }

    private static String base64(byte[] octets) {
        return Base64.getEncoder().encodeToString(octets);
    }

    @Override
    public Optional<String> claimed() {
        return Optional.ofNullable(first).map(ScramMessages.First::user);
    }
}
