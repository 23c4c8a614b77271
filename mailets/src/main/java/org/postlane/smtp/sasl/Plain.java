// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp.sasl;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** PLAIN (RFC 4616): everything in one response. */
final class Plain implements SaslExchange {
    private final Credentials credentials;

    Plain(Credentials credentials) {
        this.credentials = credentials;
    }

    @Override
    public Optional<byte[]> initialResponse() {
        String response = credentials.authorizationId().orElse("") + '\0' + credentials.user() + '\0' + credentials.secret();
        return Optional.of(response.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public byte[] answer(String challenge) throws SaslException {
        throw new SaslException("The server asked for more than the mechanism PLAIN has");
    }
}
