// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.verb;

import java.util.HashMap;
import java.util.Map;

import org.apache.commons.configuration2.Configuration;
import org.postlane.james.Parameters;

/** Holds handlers without parameters to that. Stateless. */
final class NoParameters {
    private NoParameters() {
    }

    /** @throws org.postlane.james.ConfigurationError where the element of a handler holds anything */
    static void check(Configuration config, Class<?> handler) {
        Map<String, String> values = new HashMap<>();
        config.getKeys().forEachRemaining(key -> values.put(key, config.getString(key, "")));
        values.remove("[@class]");
        new Parameters("smtpserver.xml, handler " + handler.getSimpleName(), values).refuseUnknown();
    }
}
