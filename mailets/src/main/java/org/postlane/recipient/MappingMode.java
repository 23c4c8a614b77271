// SPDX-License-Identifier: Apache-2.0
package org.postlane.recipient;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Whether the rewrite table has a say in what an address is. */
public enum MappingMode {
    /** An address with a rewrite mapping is virtual: for mail that the rewrite table has not seen yet. */
    FOLLOW,
    /** Mappings are not asked: for addresses that the rewrite table has already resolved. */
    IGNORE;

    /** The mode with that configuration name, in any case; empty for any other text. */
    public static Optional<MappingMode> parse(String name) {
        return Arrays.stream(values())
            .filter(mode -> mode.name().equals(name.trim().toUpperCase(Locale.US)))
            .findFirst();
    }
}
