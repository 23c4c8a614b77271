// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp.sasl;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** OAUTHBEARER (RFC 7628) and XOAUTH2: a token in one response; a challenge behind it can only tell of a failure. */
final class Bearer implements SaslExchange {
    private final String response;
    private final byte[] acknowledgement;
    private String error;

    private Bearer(String response, byte[] acknowledgement) {
        this.response = response;
        this.acknowledgement = acknowledgement;
    }

    /** RFC 7628 3.1; a failure is acknowledged with one ^A (3.2.3). */
    static Bearer standard(Credentials credentials, SaslServer server) {
        return new Bearer("n,a=" + identity(credentials).replace("=", "=3D").replace(",", "=2C") + ",\1host=" + server.host()
            + "\1port=" + server.port() + "\1auth=Bearer " + credentials.secret() + "\1\1", new byte[] {1});
    }

    /** As Google documents it; a failure is acknowledged with an empty response. */
    static Bearer older(Credentials credentials) {
        return new Bearer("user=" + identity(credentials) + "\1auth=Bearer " + credentials.secret() + "\1\1", new byte[0]);
    }

    /** Neither has room for two names: what a token is good for, the server knows. */
    private static String identity(Credentials credentials) {
        return credentials.authorizationId().orElse(credentials.user());
    }

    @Override
    public Optional<byte[]> initialResponse() {
        return Optional.of(response.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public byte[] answer(String challenge) throws SaslException {
        if (error != null) {
            throw new SaslException("The server asked for more than the mechanism has");
        }
        error = Challenge.text(challenge);
        return acknowledgement.clone();
    }

    @Override
    public Optional<String> doubt() {
        return error == null ? Optional.empty() : Optional.of("it had told of an error");
    }

    @Override
    public Optional<String> serverError() {
        return Optional.ofNullable(error);
    }
}
