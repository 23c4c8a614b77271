// SPDX-License-Identifier: Apache-2.0
package org.postlane.james;

import javax.inject.Provider;

/** What James finds where Postlane's module is not configured: for whatever the module binds, a message instead of a riddle. */
public final class MissingModule implements Provider<Object> {
    @Override
    public Object get() {
        throw new ConfigurationError("extensions.properties: guice.extension.module: expected org.postlane.guice.PostlaneModule"
            + " in its list, because the mailets, matchers and SMTP hooks of Postlane share what it binds");
    }
}
