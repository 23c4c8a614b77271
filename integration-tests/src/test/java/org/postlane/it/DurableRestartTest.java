// SPDX-License-Identifier: Apache-2.0
package org.postlane.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the durable store holds is there when the server starts again, however it ended. */
class DurableRestartTest {
    @TempDir
    Path directory;

    @Test
    void everythingIsThereAfterAStop() throws Exception {
        try (DurableScene scene = new DurableScene(directory)) {
            scene.server().start();
            assertThat(scene.server().lines()).filteredOn(line -> line.contains("A new, empty store is made")).singleElement()
                .asString().contains("WARN").contains("var/store/derby").contains(directory.resolve("var/queue").toString());
            scene.populate();
            scene.server().stop();
            assertThat(directory.resolve("var/store/derby/db.lck")).as("Derby was shut down").doesNotExist();

            scene.server().start();
            assertThat(scene.server().lines()).noneMatch(line -> line.contains("is made"));
            scene.check();
        }
    }

    @Test
    void everythingIsThereAfterAKill() throws Exception {
        try (DurableScene scene = new DurableScene(directory)) {
            scene.server().start();
            scene.populate();
            scene.server().kill();
            assertThat(directory.resolve("var/store/derby/db.lck")).as("Derby was not shut down").exists();

            scene.server().start();
            scene.check();
            assertThat(Files.readString(directory.resolve("var/derby.log"))).contains("Booting Derby");
        }
    }
}
