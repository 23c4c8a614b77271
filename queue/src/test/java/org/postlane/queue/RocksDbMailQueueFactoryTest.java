// SPDX-License-Identifier: Apache-2.0
package org.postlane.queue;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;

import org.apache.james.queue.api.MailQueueFactory;
import org.apache.james.queue.api.MailQueueFactoryContract;
import org.apache.james.queue.api.MailQueueName;
import org.apache.james.queue.api.ManageableMailQueue;
import org.apache.james.queue.api.ManageableMailQueueFactoryContract;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RocksDbMailQueueFactoryTest implements MailQueueFactoryContract<ManageableMailQueue>,
    ManageableMailQueueFactoryContract<ManageableMailQueue> {

    @TempDir
    private Path directory;
    private RocksDbMailQueueFactory factory;

    @BeforeEach
    void open() {
        factory = Queues.open(directory);
    }

    @AfterEach
    void close() {
        factory.close();
    }

    @Override
    public MailQueueFactory<ManageableMailQueue> getMailQueueFactory() {
        return factory;
    }

    @Test
    void mailOfAQueueThatNobodyCreatesIsListedAllTheSameAfterARestart() throws Exception {
        MailQueueName removed = MailQueueName.of("outgoing-r\u00e9moved");
        factory.createQueue(removed).enQueue(Queues.mail("m1"));
        factory.createQueue(MailQueueName.of("empty"));
        factory.close();
        factory = Queues.open(directory);
        assertThat(factory.listCreatedMailQueues()).containsExactly(removed);
        assertThat(Queues.listed(factory.getQueue(removed).orElseThrow())).containsExactly("m1");
    }

    @Test
    void aDirectoryThatIsInUseIsNotOpenedAgain() {
        assertThatThrownBy(() -> Queues.open(directory)).isInstanceOf(IllegalStateException.class)
            .hasMessageContaining(directory.toString()).hasMessageContaining("this process uses it already");
    }

    @Test
    void anotherProcessIsToldWhoUsesTheDirectory() throws Exception {
        try (ChildProcess child = ChildProcess.of(OpensQueue.class, "-Xmx64m", directory.toString())) {
            assertThat(child.readAll()).anySatisfy(line -> assertThat(line).contains(directory.toString())
                .contains("process " + ProcessHandle.current().pid() + " uses it already"));
            assertThat(child.exitCode()).isEqualTo(1);
        }
    }

    /** Opens a queue. */
    static final class OpensQueue {
        private OpensQueue() {
        }

        public static void main(String[] arguments) {
            Queues.open(Path.of(arguments[0])).close();
        }
    }

    @Test
    void aPlaceWhereNothingCanBeMadeIsNamed() throws Exception {
        Path file = Files.createFile(directory.resolve("file"));
        assertThatThrownBy(() -> Queues.open(file.resolve("queue"))).isInstanceOf(IllegalStateException.class)
            .hasMessageContaining(file.resolve("queue").toString());
    }

    @Test
    void theStoreOfAnotherVersionIsLeftAlone() throws Exception {
        factory.close();
        try (Database database = Database.open(directory.resolve("db"))) {
            database.write(new Changes().put(Family.STORE, "format".getBytes(UTF_8), "2".getBytes(UTF_8)), true);
        }
        assertThatThrownBy(() -> Queues.open(directory)).isInstanceOf(IllegalStateException.class)
            .hasMessageContaining(directory.toString()).hasMessageContaining("format 2");
    }

    @Test
    void aDatabaseThatIsDamagedStopsTheStartAndSaysWhatToDo() throws Exception {
        factory.close();
        Files.writeString(directory.resolve("db").resolve("CURRENT"), "MANIFEST-999999\n");
        assertThatThrownBy(() -> Queues.open(directory)).isInstanceOf(IllegalStateException.class)
            .hasMessageContaining(directory.toString()).hasMessageContaining("copy the whole directory");
    }

    @Test
    void closingTwiceDoesNothingAndAClosedQueueTakesNothing() throws Exception {
        ManageableMailQueue queue = factory.createQueue(Queues.SPOOL);
        factory.close();
        factory.close();
        assertThatThrownBy(() -> queue.enQueue(Queues.mail("m1"))).isInstanceOf(ManageableMailQueue.MailQueueException.class)
            .hasMessageContaining("closed");
        Queues.open(directory).close();
    }
}
