// SPDX-License-Identifier: Apache-2.0
package org.postlane.guice.durable;

import java.nio.file.Path;

/** Derby in a directory of a test. */
final class TestDatabase {
    private TestDatabase() {
    }

    static Database open(Path root) {
        return Database.open(DatabaseSettings.read(root, root), root.resolve("derby.log"));
    }
}
