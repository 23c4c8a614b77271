// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp.sasl;

import java.util.ArrayList;
import java.util.List;

/** Takes secrets out of texts that others wrote. Grows with what is said during one authentication; not for two threads. */
public final class Redaction {
    /** Anything shorter stands in any text by chance. */
    private static final int SHORTEST = 4;

    private final List<String> secrets = new ArrayList<>();

    Redaction() {
    }

    /** Hides this from now on as well. */
    public Redaction hiding(String secret) {
        if (secret.length() >= SHORTEST) {
            secrets.add(secret);
        }
        return this;
    }

    /** The text with three stars for each secret in it. */
    public String redact(String text) {
        String clean = text;
        for (String secret : secrets) {
            clean = withoutBeginning(clean.replace(secret, "***"), secret);
        }
        return clean;
    }

    /** A text that was cut short, which an ellipsis shows, may end within a secret. */
    private static String withoutBeginning(String text, String secret) {
        for (int length = secret.length() - 1; text.endsWith("…") && length >= SHORTEST; length--) {
            if (text.endsWith(secret.substring(0, length) + "…")) {
                return text.substring(0, text.length() - length - 1) + "***…";
            }
        }
        return text;
    }
}
