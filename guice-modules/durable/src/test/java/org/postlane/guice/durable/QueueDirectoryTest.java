// SPDX-License-Identifier: Apache-2.0
package org.postlane.guice.durable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Database and queue are one store: a start finds both or makes both. */
class QueueDirectoryTest {
    @TempDir
    Path root;

    private Path queue() {
        return root.resolve("var/queue");
    }

    private QueueDirectory open() {
        QueueDirectory directory = new QueueDirectory(queue());
        Database.open(DatabaseSettings.read(root, root), root.resolve("derby.log"), directory).close();
        return directory;
    }

    /** The file by which RocksDB knows a database of its own. */
    private void makeQueue() throws Exception {
        Files.createFile(Files.createDirectories(queue().resolve("db")).resolve("CURRENT"));
    }

    @Test
    void bothAreMadeAndFoundAgain() throws Exception {
        QueueDirectory made = open();
        makeQueue();
        made.isMade();
        open();

        assertThat(queue().resolve("new")).doesNotExist();
    }

    /** The first start was killed before it had a queue. */
    @Test
    void aStartThatDidNotGetFarGoesOn() {
        open();
        open();

        assertThat(root.resolve("var/store/derby")).isDirectory();
    }

    @Test
    void aDatabaseWithoutItsQueueIsRefusedUnlessANewOneIsAllowed() throws Exception {
        Database.open(DatabaseSettings.read(root, root), root.resolve("derby.log")).close();

        assertThatThrownBy(this::open).isInstanceOf(StoreError.class)
            .hasMessageContaining("database.url=jdbc:derby:var/store/derby;create=true is in use")
            .hasMessageContaining("no mail queue in " + queue()).hasMessageContaining("touch " + queue().resolve("new"));
        assertThat(queue()).doesNotExist();

        Files.createDirectories(queue());
        assertThatThrownBy(this::open).as("a directory alone may be the place of a volume").isInstanceOf(StoreError.class);
        Files.createFile(queue().resolve("new"));
        open();
    }

    @Test
    void aQueueWithoutItsDatabaseIsRefusedAndNoneIsMade() throws Exception {
        makeQueue();

        assertThatThrownBy(this::open).isInstanceOf(StoreError.class).hasMessageContaining(queue() + " holds a mail queue")
            .hasMessageContaining("database.url=jdbc:derby:var/store/derby;create=true is new")
            .hasMessageContaining("move " + queue() + " away");
        assertThat(root.resolve("var/store")).doesNotExist();
    }
}
