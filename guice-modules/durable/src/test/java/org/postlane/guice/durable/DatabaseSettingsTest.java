// SPDX-License-Identifier: Apache-2.0
package org.postlane.guice.durable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.apache.commons.dbcp2.BasicDataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DatabaseSettingsTest {
    @TempDir
    Path root;

    private DatabaseSettings read(String... lines) throws IOException {
        Files.writeString(root.resolve("james-database.properties"), String.join("\n", lines));
        return DatabaseSettings.read(root, root);
    }

    @Test
    void aMissingFileMeansDerbyInVar() {
        DatabaseSettings settings = DatabaseSettings.read(root, root);

        assertThat(settings.url().value()).isEqualTo("jdbc:derby:" + root + "/var/store/derby;create=true");
        assertThat(settings.directory()).contains(root.resolve("var/store/derby"));
    }

    @Test
    void upstreamsSampleIsTakenAsItIs() throws Exception {
        DatabaseSettings settings = read("database.driverClassName=org.apache.derby.jdbc.EmbeddedDriver",
            "database.url=jdbc:derby:../var/store/derby;create=true", "database.username=app", "database.password=app",
            "vendorAdapter.database=DERBY", "openjpa.streaming=false");

        assertThat(settings.directory()).contains(root.getParent().resolve("var/store/derby"));
    }

    @Test
    void postgreSqlIsKnownByItsUrlWithCommasAndAll() throws Exception {
        String url = "jdbc:postgresql://one:5432,two:5432/mail?targetServerType=primary";
        DatabaseSettings settings = read("database.url=" + url, "database.username=james", "database.password=a,b c");

        assertThat(settings.url().kind()).isEqualTo(DatabaseKind.POSTGRESQL);
        assertThat(settings.url().value()).isEqualTo(url);
        assertThat(settings.password()).isEqualTo("a,b c");
        assertThat(settings.directory()).isEmpty();
    }

    @Test
    void aValueMayStandInASystemProperty() throws Exception {
        System.setProperty("postlane.test.url", "jdbc:postgresql://db/mail");
        try {
            assertThat(read("database.url=${sys:postlane.test.url:-jdbc:derby:x}").url().value())
                .isEqualTo("jdbc:postgresql://db/mail");
        } finally {
            System.clearProperty("postlane.test.url");
        }
        assertThat(read("database.url=${sys:postlane.test.url:-jdbc:derby:x;create=true}").url().value())
            .isEqualTo("jdbc:derby:" + root + "/x;create=true");
    }

    @Test
    void aMisspeltKeyIsNamedWithTheKnownOnes() {
        assertThatThrownBy(() -> read("databse.url=jdbc:derby:x"))
            .isInstanceOf(StoreError.class)
            .hasMessageContaining("james-database.properties: there is no key databse.url; expected database.url, "
                + "database.username");
    }

    @Test
    void aKeyThatStandsThereTwiceIsNamed() {
        assertThatThrownBy(() -> read("database.url=jdbc:derby:x", "database.url=jdbc:derby:y"))
            .hasMessageContaining("database.url stands there more than once");
    }

    @ParameterizedTest
    @ValueSource(strings = {"jdbc:mysql://db/mail", "jdbc:derby://db:1527/mail", "jdbc:derby:;create=true", "derby"})
    void anotherDatabaseIsRefusedWithWhatWasExpected(String url) {
        assertThatThrownBy(() -> read("database.url=" + url))
            .hasMessageContaining("database.url=" + url
                + ": expected jdbc:derby:DIRECTORY;create=true or jdbc:postgresql://HOST/DATABASE");
    }

    @Test
    void whatForgetsOrLosesMailIsRefusedWithTheReason() {
        assertThatThrownBy(() -> read("database.url=jdbc:h2:file:x")).hasMessageContaining("H2 was seen to lose mail");
        assertThatThrownBy(() -> read("database.url=jdbc:derby:memory:x;create=true"))
            .hasMessageContaining("one in memory is gone when the server stops");
    }

    @Test
    void aPasswordInAUrlIsNotRepeated() {
        assertThatThrownBy(() -> read("database.url=jdbc:mysql://db/mail?user=u&password=hush&ssl=true"))
            .hasMessageContaining("password=***&ssl=true").hasMessageNotContaining("hush");
    }

    @Test
    void aDriverThatIsNotTheUrlsIsRefused() {
        assertThatThrownBy(() -> read("database.url=jdbc:postgresql://db/mail",
            "database.driverClassName=org.apache.derby.jdbc.EmbeddedDriver"))
            .hasMessageContaining("database.driverClassName=org.apache.derby.jdbc.EmbeddedDriver: expected "
                + "org.postgresql.Driver");
    }

    @ParameterizedTest
    @CsvSource({"openjpa.Multithreded, OpenJPA has no property openjpa.Multithreded",
        "openjpa.ConnectionURL, openjpa.ConnectionURL cannot be set"})
    void aPropertyOfOpenJpaThatDoesNotExistOrIsSaidElsewhereIsRefused(String key, String message) {
        assertThatThrownBy(() -> read(key + "=x")).hasMessageContaining(message);
    }

    @Test
    void aPropertyOfOpenJpaIsPassedOn() throws Exception {
        assertThat(read("openjpa.jdbc.QuerySQLCache=true").openJpa()).containsEntry("openjpa.jdbc.QuerySQLCache", "true");
    }

    @ParameterizedTest
    @CsvSource({"maxTotl, 8, the pool has no such property; it has ", "maxTotal, many, expected a whole number",
        "testOnBorrow, yes, expected true or false", "url, jdbc:derby:x, the pool has no such property"})
    void aPropertyOfThePoolThatDoesNotFitIsNamed(String property, String value, String message) throws Exception {
        DatabaseSettings settings = read("datasource." + property + "=" + value);

        assertThatThrownBy(() -> ConnectionPool.make(settings))
            .hasMessageContaining("datasource." + property + "=" + value + ": " + message);
    }

    @Test
    void thePoolTriesConnectionsAndDoesNotWaitForEverUnlessItIsToldSo() throws Exception {
        try (BasicDataSource pool = ConnectionPool.make(read())) {
            assertThat(pool.getTestOnBorrow()).isTrue();
            assertThat(pool.getMaxWaitMillis()).isEqualTo(30_000);
            assertThat(pool.getMaxTotal()).isEqualTo(50);
        }
        try (BasicDataSource pool = ConnectionPool.make(read("datasource.maxTotal=7", "datasource.testOnBorrow=false",
            "datasource.validationQueryTimeoutSec=2", "datasource.validationQuery=select 1"))) {
            assertThat(pool.getTestOnBorrow()).isFalse();
            assertThat(pool.getMaxTotal()).isEqualTo(7);
            assertThat(pool.getValidationQueryTimeout()).isEqualTo(2);
            assertThat(pool.getValidationQuery()).isEqualTo("select 1");
        }
    }
}
