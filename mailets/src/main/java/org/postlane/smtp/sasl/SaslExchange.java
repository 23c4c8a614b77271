// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp.sasl;

import java.util.Optional;

/** One run of a mechanism on one connection. Responses are octets; the caller puts them into base64. Not for two threads. */
public interface SaslExchange {
    /**
     * What the client says first; empty where the server does. Called once.
     *
     * @throws SaslException where the credentials hold what the mechanism cannot carry
     */
    Optional<byte[]> initialResponse() throws SaslException;

    /**
     * The answer to a challenge. May take long, and must not be called on a thread that others wait for, where
     * {@link SaslMechanism#isCostly()}.
     *
     * @param challenge the text of the 334 reply, in base64 if the server does as it should
     * @throws SaslException for a challenge that the mechanism does not have at this point, or that must not be answered: the
     *     exchange is to be cancelled
     */
    byte[] answer(String challenge) throws SaslException;

    /** Why the server's success is not to be believed yet; empty where it is. */
    default Optional<String> doubt() {
        return Optional.empty();
    }

    /** What a challenge said about a failure, for the message. The server wrote it. */
    default Optional<String> serverError() {
        return Optional.empty();
    }
}
