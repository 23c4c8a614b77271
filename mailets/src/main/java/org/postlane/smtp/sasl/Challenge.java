// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp.sasl;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** The text of a 334 reply (RFC 4954 4). */
final class Challenge {
    private Challenge() {
    }

    static byte[] octets(String challenge) throws SaslException {
        try {
            return Base64.getDecoder().decode(challenge.trim());
        } catch (IllegalArgumentException e) {
            throw new SaslException("The server's challenge is not in base64 (RFC 4954 4)");
        }
    }

    static String text(String challenge) throws SaslException {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(octets(challenge))).toString();
        } catch (CharacterCodingException e) {
            throw new SaslException("The server's challenge is not in UTF-8");
        }
    }
}
