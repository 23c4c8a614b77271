// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp.sasl;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** LOGIN: user name and password, each to a challenge whose words mean nothing, some servers not even using base64. */
final class Login implements SaslExchange {
    private final Credentials credentials;
    private int answered;

    Login(Credentials credentials) {
        this.credentials = credentials;
    }

    @Override
    public Optional<byte[]> initialResponse() {
        return Optional.empty();
    }

    @Override
    public byte[] answer(String challenge) throws SaslException {
        answered++;
        if (answered > 2) {
            throw new SaslException("The server asked for more than the mechanism LOGIN has");
        }
        return (answered == 1 ? credentials.user() : credentials.secret()).getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public Optional<String> doubt() {
        return answered == 2 ? Optional.empty() : Optional.of("it had not asked for user name and password");
    }
}
