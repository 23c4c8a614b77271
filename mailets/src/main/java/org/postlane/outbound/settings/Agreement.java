// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.settings;

import java.util.Optional;

import org.postlane.james.ConfigurationError;
import org.postlane.james.Parameters;

/** One value that several elements may write, and that must be the same wherever it is written. Immutable. */
final class Agreement<T> {
    private final String key;
    private final boolean secret;
    private final T value;
    private final String place;

    private Agreement(String key, boolean secret, T value, String place) {
        this.key = key;
        this.secret = secret;
        this.value = value;
        this.place = place;
    }

    /** About this key, which nobody has written so far. */
    static <T> Agreement<T> about(String key) {
        return new Agreement<>(key, false, null, null);
    }

    /** The same where no message may show the value. */
    static <T> Agreement<T> aboutSecret(String key) {
        return new Agreement<>(key, true, null, null);
    }

    /**
     * With what one more element writes, if it does.
     *
     * @throws ConfigurationError when another element wrote something else
     */
    Agreement<T> and(Parameters parameters, Optional<T> written) {
        if (written.isEmpty()) {
            return this;
        }
        if (value == null) {
            return new Agreement<>(key, secret, written.get(), parameters.where());
        }
        if (!value.equals(written.get())) {
            String expected = "the value that " + place + " gives it, or none: there is one for the whole James";
            throw secret ? parameters.errorAboutSecret(key, expected) : parameters.error(key, expected);
        }
        return this;
    }

    /** This, or where nobody has written it, another one about the same. */
    Agreement<T> orElse(Agreement<T> other) {
        return value == null ? other : this;
    }

    /** This, or where another one about the same is written, nothing. */
    Agreement<T> unless(Agreement<T> other) {
        return other.value == null ? this : new Agreement<>(key, secret, null, null);
    }

    T or(T absent) {
        return value == null ? absent : value;
    }
}
