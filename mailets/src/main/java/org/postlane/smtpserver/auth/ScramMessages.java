// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.auth;

import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a client says in SCRAM (RFC 5802 7), read strictly: a message that is not by the grammar is none. */
final class ScramMessages {
    // Possessive: what a client sends must not decide how deep the matching goes.
    private static final String VALUE = "[^,\\x00]++";
    private static final String NONCE = "[\\x21-\\x2b\\x2d-\\x7e]++";
    /** An unknown attribute may be ignored, but for {@code m=}, which asks not to be; none is defined so far. */
    private static final String EXTENSIONS = "(?:,[a-zA-Z]=" + VALUE + "){0,16}";
    private static final Pattern FIRST = Pattern.compile(
        "((?:(n|y)|p=([A-Za-z0-9.-]+)),(?:a=(" + VALUE + "))?,)(n=(" + VALUE + "),r=(" + NONCE + ")" + EXTENSIONS + ")");
    private static final Pattern FINAL = Pattern.compile(
        "(c=([A-Za-z0-9+/=]++),r=(" + NONCE + ")" + EXTENSIONS + "),p=([A-Za-z0-9+/=]++)");
    private static final Pattern NO_ESCAPE = Pattern.compile("=(?!2C|3D)");

    private ScramMessages() {
    }

    /** The first message. Immutable. */
    static final class First {
        private final String gs2Header;
        private final String bindingType;
        private final boolean believesNoBinding;
        private final String authorizationId;
        private final String bare;
        private final String user;
        private final String nonce;

        private First(Matcher parts) {
            this.gs2Header = parts.group(1);
            this.believesNoBinding = "y".equals(parts.group(2));
            this.bindingType = parts.group(3);
            this.authorizationId = parts.group(4);
            this.bare = parts.group(5);
            this.user = parts.group(6);
            this.nonce = parts.group(7);
        }

        /** What the last message must repeat. */
        String gs2Header() {
            return gs2Header;
        }

        /** The kind of channel binding that the client uses; empty where it uses none. */
        Optional<String> bindingType() {
            return Optional.ofNullable(bindingType);
        }

        /** The client could bind to the channel, and believes that the server cannot. */
        boolean believesNoBinding() {
            return believesNoBinding;
        }

        Optional<String> authorizationId() {
            return Optional.ofNullable(authorizationId).map(ScramMessages::unescape);
        }

        String bare() {
            return bare;
        }

        String user() {
            return unescape(user);
        }

        String nonce() {
            return nonce;
        }
    }

    /** The last message. Immutable. */
    static final class Final {
        private final String withoutProof;
        private final byte[] binding;
        private final String nonce;
        private final byte[] proof;

        private Final(Matcher parts) {
            this.withoutProof = parts.group(1);
            this.binding = Base64.getDecoder().decode(parts.group(2));
            this.nonce = parts.group(3);
            this.proof = Base64.getDecoder().decode(parts.group(4));
        }

        String withoutProof() {
            return withoutProof;
        }

        byte[] binding() {
            return binding.clone();
        }

        String nonce() {
            return nonce;
        }

        byte[] proof() {
            return proof.clone();
        }
    }

    static Optional<First> first(String message) {
        Matcher parts = FIRST.matcher(message);
        boolean isOne = parts.matches() && !NO_ESCAPE.matcher(parts.group(6)).find()
            && (parts.group(4) == null || !NO_ESCAPE.matcher(parts.group(4)).find());
        return isOne ? Optional.of(new First(parts)) : Optional.empty();
    }

    static Optional<Final> last(String message) {
        Matcher parts = FINAL.matcher(message);
        try {
            return parts.matches() ? Optional.of(new Final(parts)) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static String unescape(String name) {
        return name.replace("=2C", ",").replace("=3D", "=");
    }
}
