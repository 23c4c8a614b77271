// SPDX-License-Identifier: Apache-2.0
package org.postlane.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Settings and places that the durable store cannot work with stop the start, and are named with what was expected. */
class DurableStartTest {
    private static final Duration START_LIMIT = Duration.ofMinutes(1);

    @TempDir
    Path directory;

    /** Starts the server and gives what it said, when it has ended by itself with that status. */
    private static String failed(ServerProcess server, int status) throws Exception {
        try (server) {
            server.launch();
            assertThat(server.hasEndedWithin(START_LIMIT)).as(server.tail()).isTrue();
            assertThat(server.stop()).as(server.tail()).isEqualTo(status);
            return server.lines().stream().filter(line -> line.startsWith("postlane: ")).findFirst().orElseGet(server::tail);
        }
    }

    @Test
    void aStoreThatDoesNotExistIsAnErrorOfUsage() throws Exception {
        assertThat(failed(new ServerProcess(directory).arguments("--store", "nonsense"), 2))
            .isEqualTo("postlane: there is no store 'nonsense'; expected memory or durable or cluster");
    }

    @Test
    void aMisspeltKeyOfTheDatabaseIsNamed() throws Exception {
        ServerProcess server = new ServerProcess(directory);
        server.replace("james-database.properties", "database.username=", "database.user=");

        assertThat(failed(server, 1))
            .contains("james-database.properties: there is no key database.user; expected database.url");
    }

    @Test
    void aDatabaseThatAnotherServerHasIsNamed() throws Exception {
        try (ServerProcess first = new ServerProcess(Files.createDirectory(directory.resolve("first"))).start()) {
            Path derby = first.root().resolve("var/store/derby");
            ServerProcess second = new ServerProcess(Files.createDirectory(directory.resolve("second")))
                .jvmOption("-Dpostlane.database.url=jdbc:derby:" + derby);
            // Or it would already be refused for having no queue of its own.
            Files.createFile(Files.createDirectories(second.root().resolve("var/queue")).resolve("new"));

            assertThat(failed(second, 1))
                .contains("database.url=jdbc:derby:" + derby + ": Another instance of Derby may have already booted")
                .contains("expected a directory that this user may write and no other process uses");
            assertThat(first.isRunning()).isTrue();
        }
    }

    @Test
    void aPlaceThatCannotBeWrittenIsNamed() throws Exception {
        ServerProcess server = new ServerProcess(directory).jvmOption("-Dpostlane.keystore=file://conf/keystore");
        Files.delete(directory.resolve("var"));
        Files.writeString(directory.resolve("var"), "a file");

        assertThat(failed(server, 1)).contains(directory.resolve("var") + ": expected a directory that this user may write");
    }

    @Test
    void aQueueWhoseDatabaseIsMissingIsNamedAndNoEmptyDatabaseTakesItsPlace() throws Exception {
        ServerProcess server = new ServerProcess(directory);
        Path queue = directory.resolve("var/queue");
        Files.createFile(Files.createDirectories(queue.resolve("db")).resolve("CURRENT"));

        assertThat(failed(server, 1)).contains(queue + " holds a mail queue")
            .contains("database.url=jdbc:derby:var/store/derby;create=true is new").contains("move " + queue + " away");
        assertThat(directory.resolve("var/store")).doesNotExist();
    }

    @Test
    void jmapWhichWouldBeForgottenIsRefused() throws Exception {
        assertThat(failed(new ServerProcess(directory).replace("jmap.properties", "enabled=false", "enabled=true"), 1))
            .contains("jmap.properties, enabled=true: expected false");
    }

    @Test
    void aRepositoryThatWouldForgetItsMailIsRefused() throws Exception {
        assertThat(failed(new ServerProcess(directory).replace("mailetcontainer.xml",
            "${sys:postlane.repositories:-memory}://var/mail/relay-denied/", "memory://var/mail/relay-denied/"), 1))
            .contains("memory://var/mail/relay-denied").contains("expected jpa://var/mail/relay-denied");
    }
}
