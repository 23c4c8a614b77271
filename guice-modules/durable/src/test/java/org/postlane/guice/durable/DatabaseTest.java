// SPDX-License-Identifier: Apache-2.0
package org.postlane.guice.durable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.Set;

import org.apache.james.core.healthcheck.Result;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Mono;

class DatabaseTest {
    @TempDir
    Path root;

    private static void execute(Database database, String sql) throws SQLException {
        try (Connection connection = database.connections().getConnection(); Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Test
    void derbyIsMadeWithItsTablesAndLetGoOfWhenItIsClosed() throws Exception {
        try (Database database = TestDatabase.open(root)) {
            execute(database, "INSERT INTO JAMES_DOMAIN (DOMAIN_NAME) VALUES ('kept.test')");
            assertThat(root.resolve("var/store/derby/db.lck")).exists();
        }
        assertThat(root.resolve("var/store/derby/db.lck")).doesNotExist();

        try (Database database = TestDatabase.open(root); Connection connection = database.connections().getConnection();
                Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery("SELECT DOMAIN_NAME FROM JAMES_DOMAIN")) {
            assertThat(found.next()).isTrue();
            assertThat(found.getString(1)).isEqualTo("kept.test");
        }
    }

    @Test
    void indexesThatAreMissingAreMadeAlsoInADatabaseThatIsThereAlready() throws Exception {
        try (Database database = TestDatabase.open(root)) {
            assertThat(indexes(database, "JAMES_MAILBOX")).contains("POSTLANE_JAMES_MAILBOX");
            execute(database, "DROP INDEX POSTLANE_JAMES_MAILBOX");
            assertThat(indexes(database, "JAMES_MAILBOX")).doesNotContain("POSTLANE_JAMES_MAILBOX");
        }

        try (Database database = TestDatabase.open(root)) {
            assertThat(indexes(database, "JAMES_MAILBOX")).contains("POSTLANE_JAMES_MAILBOX");
        }
    }

    private static Set<String> indexes(Database database, String table) throws SQLException {
        Set<String> names = new HashSet<>();
        try (Connection connection = database.connections().getConnection();
                ResultSet columns = connection.getMetaData().getIndexInfo(null, null, table, false, true)) {
            while (columns.next()) {
                names.add(columns.getString("INDEX_NAME"));
            }
        }
        return names;
    }

    @Test
    void aDirectoryThatCannotBeWrittenIsNamedWithTheKey() throws Exception {
        Files.writeString(root.resolve("var"), "a file");

        assertThatThrownBy(() -> TestDatabase.open(root)).isInstanceOf(StoreError.class)
            .hasMessageContaining("database.url=jdbc:derby:var/store/derby;create=true: ")
            .hasMessageContaining("expected a directory that this user may write and no other process uses");
    }

    @Test
    void aServerThatDoesNotAnswerIsNamedWithTheKeyAndNotThePassword() throws Exception {
        Files.writeString(root.resolve("james-database.properties"),
            "database.url=jdbc:postgresql://127.0.0.1:1/mail\ndatabase.username=james\ndatabase.password=hush\n");

        assertThatThrownBy(() -> TestDatabase.open(root)).isInstanceOf(StoreError.class)
            .hasMessageContaining("database.url=jdbc:postgresql://127.0.0.1:1/mail: ").hasMessageContaining("refused")
            .hasMessageContaining("expected a PostgreSQL that answers there, and in database.username=james")
            .hasMessageNotContaining("hush");
    }

    @Test
    void derbyThatDoesNotSyncIsRefused() throws Exception {
        try (Database database = TestDatabase.open(root)) {
            execute(database, "CALL SYSCS_UTIL.SYSCS_SET_DATABASE_PROPERTY('derby.system.durability', 'test')");
        }

        assertThatThrownBy(() -> TestDatabase.open(root)).isInstanceOf(StoreError.class)
            .hasMessageContaining("derby.system.durability=test: expected that it is not set");
    }

    @Test
    void theHealthCheckAsksTheDatabase() {
        Database database = TestDatabase.open(root);
        DatabaseHealthCheck check = new DatabaseHealthCheck(database);

        assertThat(Mono.from(check.check()).map(Result::isHealthy).block()).isTrue();
        database.close();
        assertThat(Mono.from(check.check()).map(Result::isHealthy).block()).isFalse();
    }
}
