// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp.sasl;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

import com.ongres.scram.client.ScramClient;
import com.ongres.scram.common.ServerFirstMessage;
import com.ongres.scram.common.exception.ScramException;
import com.ongres.scram.common.exception.ScramInvalidServerSignatureException;
import com.ongres.scram.common.exception.ScramServerErrorException;
import org.postlane.smtp.sasl.Credentials.Kind;

/**
 * SCRAM-SHA-256 (RFC 5802, RFC 7677): both sides prove that they know the password. The library's own texts are not passed on:
 * some quote what they could not read.
 */
final class ScramSha256 implements SaslExchange {
    private enum Step { FIRST, FINAL, PROVEN, REFUSED }

    private final Credentials credentials;
    private final SaslServer server;
    private final Supplier<String> nonce;
    private ScramClient client;
    private Step step = Step.FIRST;
    private String error;

    ScramSha256(Credentials credentials, SaslServer server) {
        this(credentials, server, null);
    }

    /** With a nonce that is known beforehand, for the examples of the RFC; null for a random one. */
    ScramSha256(Credentials credentials, SaslServer server, Supplier<String> nonce) {
        this.credentials = credentials;
        this.server = server;
        this.nonce = nonce;
    }

    /** It has no empty password (RFC 5802 5.1). */
    static boolean serves(Credentials credentials) {
        return credentials.kind() == Kind.PASSWORD && !credentials.secret().isEmpty();
    }

    @Override
    public Optional<byte[]> initialResponse() throws SaslException {
        try {
            ScramClient.FinalBuildStage building = ScramClient.builder()
                .advertisedMechanisms(List.of(SaslMechanism.SCRAM_SHA_256.saslName()))
                .username(credentials.user())
                .password(credentials.secret().toCharArray());
            credentials.authorizationId().ifPresent(building::authzid);
            if (nonce != null) {
                building.nonceSupplier(nonce);
            }
            client = building.build();
            return Optional.of(client.clientFirstMessage().toString().getBytes(StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            throw unprepared();
        }
    }

    private static SaslException unprepared() {
        return new SaslException("User name, authorization identity or password hold a character that SCRAM-SHA-256 cannot carry"
            + " (RFC 4013 2.3); another mechanism may");
    }

    @Override
    public byte[] answer(String challenge) throws SaslException {
        String message = Challenge.text(challenge);
        switch (step) {
            case FIRST:
                step = Step.FINAL;
                return proof(message);
            case FINAL:
                checkSignature(message);
                return new byte[0];
            default:
                throw new SaslException("The server asked for more than the mechanism SCRAM-SHA-256 has");
        }
    }

    private byte[] proof(String serverFirst) throws SaslException {
        int iterations;
        try {
            ServerFirstMessage parsed = client.serverFirstMessage(serverFirst);
            iterations = parsed.getIterationCount();
        } catch (ScramException | RuntimeException | AssertionError e) {
            // The library asserts some of what a server may say or leave out.
            throw new SaslException("The server's first SCRAM message cannot be read, or does not continue ours (RFC 5802 7)");
        }
        if (iterations < server.fewestIterations() || iterations > server.mostIterations()) {
            throw new SaslException("The server demands " + iterations + " SCRAM iterations; from " + server.fewestIterations()
                + " to " + server.mostIterations() + " are accepted");
        }
        try {
            return client.clientFinalMessage().toString().getBytes(StandardCharsets.UTF_8);
        } catch (RuntimeException e) {
            throw unprepared();
        }
    }

    private void checkSignature(String serverFinal) throws SaslException {
        try {
            client.serverFinalMessage(serverFinal);
            step = Step.PROVEN;
        } catch (ScramServerErrorException e) {
            step = Step.REFUSED;
            error = serverFinal;
        } catch (ScramInvalidServerSignatureException e) {
            throw new SaslException("The server's SCRAM signature is wrong: it does not know the password (RFC 5802 5)");
        } catch (ScramException | RuntimeException | AssertionError e) {
            // The library asserts some of what a server may say or leave out.
            throw new SaslException("The server's last SCRAM message cannot be read (RFC 5802 7)");
        }
    }

    @Override
    public Optional<String> doubt() {
        return step == Step.PROVEN ? Optional.empty()
            : Optional.of("it had not proven with a SCRAM signature that it knows the password");
    }

    @Override
    public Optional<String> serverError() {
        return Optional.ofNullable(error);
    }
}
