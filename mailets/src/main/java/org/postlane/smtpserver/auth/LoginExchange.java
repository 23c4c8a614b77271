// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.auth;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

import org.apache.james.core.Username;

/** LOGIN: user name and password, each to a challenge of its own, whose words clients look at. */
final class LoginExchange implements Exchange {
    private static final byte[] ASKS_USER = "Username:".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] ASKS_PASSWORD = "Password:".getBytes(StandardCharsets.US_ASCII);

    private final Authority authority;
    private String name;

    LoginExchange(Authority authority) {
        this.authority = authority;
    }

    @Override
    public byte[] opening() {
        return ASKS_USER.clone();
    }

    @Override
    public CompletableFuture<Step> next(byte[] response) {
        Optional<String> text = Names.utf8(response);
        if (text.isEmpty()) {
            return Step.malformed().now();
        }
        if (name == null) {
            name = text.get();
            return Step.challenge(ASKS_PASSWORD).now();
        }
        Optional<Username> user = Names.user(name);
        return user.isEmpty() ? Step.failure().now() : authority.verify(user.get(), text.get())
            .thenApply(found -> found.map(Step::success).orElseGet(Step::failure));
    }

    @Override
    public Optional<String> claimed() {
        return Optional.ofNullable(name);
    }
}
