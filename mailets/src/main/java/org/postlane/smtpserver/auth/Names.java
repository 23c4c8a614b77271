// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.auth;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

import com.ongres.scram.common.StringPreparation;
import org.apache.james.core.Username;

/** Text that came in a response. */
final class Names {
    private static final int LONGEST_SHOWN = 100;

    private Names() {
    }

    /** Octets as UTF-8; empty where they are not. */
    static Optional<String> utf8(byte[] octets) {
        try {
            return Optional.of(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(octets)).toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    /** A user name, prepared as SCRAM wants it (RFC 4013) and in lower case as James wants it; empty where it can be none. */
    static Optional<Username> prepared(String name) {
        try {
            return user(new String(StringPreparation.SASL_PREPARATION.normalize(name.toCharArray())));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** A user name as it was sent; empty where James can have none such. */
    static Optional<Username> user(String name) {
        try {
            return name.isEmpty() || name.chars().anyMatch(Character::isISOControl) ? Optional.empty()
                : Optional.of(Username.of(name));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** A name for the log: nobody writes lines of his own into it. */
    static String forLog(String name) {
        String shown = name.length() > LONGEST_SHOWN ? name.substring(0, LONGEST_SHOWN) + "…" : name;
        return shown.replaceAll("\\p{Cntrl}", "?");
    }
}
