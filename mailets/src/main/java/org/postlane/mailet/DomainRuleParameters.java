// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import java.util.function.Function;

import org.postlane.james.ConfigurationError;
import org.postlane.james.Parameters;
import org.postlane.route.DomainRules;

/** Reads lists of rules by domain. */
final class DomainRuleParameters {
    private DomainRuleParameters() {
    }

    /**
     * The rules under a key; none where it is absent.
     *
     * @param expected what the right side of a rule may be
     * @param value reads the right side; throws an {@link IllegalArgumentException} for what is none
     * @throws ConfigurationError that names the element, the key, the rule and what was expected
     */
    static <T> DomainRules<T> read(Parameters parameters, String key, String expected, Function<String, T> value) {
        try {
            return parameters.text(key, "rules such as example.org=VALUE; *.example.net=VALUE, each VALUE being " + expected)
                .map(text -> DomainRules.parse(text, expected, value))
                .orElseGet(DomainRules::none);
        } catch (ConfigurationError e) {
            throw e;
        } catch (IllegalArgumentException e) {
            throw new ConfigurationError(parameters.where() + ": <" + key + ">: " + e.getMessage());
        }
    }
}
