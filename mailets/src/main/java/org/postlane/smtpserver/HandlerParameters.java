// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver;

import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;

import org.apache.commons.configuration2.Configuration;
import org.postlane.james.Parameters;

/** What stands in the element of a handler in {@code smtpserver.xml}. Stateless. */
public final class HandlerParameters {
    private HandlerParameters() {
    }

    /** The parameters of a handler, without those in elements of their own. */
    public static Parameters of(Configuration config, Class<?> handler, String... elements) {
        return of(config, "smtpserver.xml, handler " + handler.getSimpleName(), elements);
    }

    /** The same for an element within a handler. */
    public static Parameters of(Configuration config, String where, String... elements) {
        Map<String, String> values = new HashMap<>();
        Iterator<String> keys = config.getKeys();
        while (keys.hasNext()) {
            String key = keys.next();
            if (!key.isEmpty() && !key.startsWith("[@") && !isWithin(key, elements)) {
                values.put(key, String.join(",", config.getStringArray(key)));
            }
        }
        return new Parameters(where, values);
    }

    private static boolean isWithin(String key, String... elements) {
        for (String element : elements) {
            if (key.equals(element) || key.startsWith(element + ".") || key.startsWith(element + "[")) {
                return true;
            }
        }
        return false;
    }
}
