// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.auth;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;

import org.apache.james.core.Username;

/** PLAIN (RFC 4616): everything in one response. */
final class PlainExchange implements Exchange {
    private static final int PARTS = 3;

    private final Authority authority;
    private Optional<String> claimed = Optional.empty();

    PlainExchange(Authority authority) {
        this.authority = authority;
    }

    @Override
    public byte[] opening() {
        return new byte[0];
    }

    @Override
    public CompletableFuture<Step> next(byte[] response) {
        String[] parts = Names.utf8(response).map(text -> text.split("\0", -1)).orElse(new String[0]);
        if (parts.length != PARTS) {
            return Step.malformed().now();
        }
        claimed = Optional.of(parts[1]);
        Optional<Username> user = Names.user(parts[1]);
        Optional<Username> wanted = Names.user(parts[0]);
        if (user.isEmpty() || (wanted.isEmpty() && !parts[0].isEmpty())) {
            return Step.failure().now();
        }
        return authority.verify(user.get(), parts[2]).thenCompose(found ->
            found.map(verified -> authority.decide(verified, wanted)).orElseGet(() -> Step.failure().now()));
    }

    @Override
    public Optional<String> claimed() {
        return claimed;
    }
}
