// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound;

import java.util.Optional;

import org.postlane.james.ConfigurationError;
import org.postlane.james.Parameters;

/** One value that several elements may write, and that must be the same wherever it is written. Not safe for several threads. */
final class Agreement<T> {
    private T value;
    private String place;

    /**
     * Takes what one element writes, if it does.
     *
     * @throws ConfigurationError when another element wrote something else
     */
    void agree(Parameters parameters, String key, Optional<? extends T> written) {
        written.ifPresent(one -> {
            if (value != null && !value.equals(one)) {
                throw parameters.error(key, "the value that " + place + " gives it, or none: there is one for the whole James");
            }
            if (value == null) {
                value = one;
                place = parameters.where();
            }
        });
    }

    Optional<T> value() {
        return Optional.ofNullable(value);
    }
}
