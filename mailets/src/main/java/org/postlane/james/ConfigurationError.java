// SPDX-License-Identifier: Apache-2.0
package org.postlane.james;

/**
 * A setting that stops the start. The message names the file, the element, the key, the value and what was expected,
 * so that it can be mended without the documentation.
 */
public class ConfigurationError extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    /** For a message that already says all of that. */
    public ConfigurationError(String message) {
        super(message);
    }

    /** For one key: {@code where: key=value: expected}. */
    public ConfigurationError(String where, String key, String value, String expected) {
        super(where + ": <" + key + ">" + value + "</" + key + ">: expected " + expected);
    }
}
