// SPDX-License-Identifier: Apache-2.0
package org.postlane.guice.durable;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import org.apache.commons.configuration2.PropertiesConfiguration;
import org.apache.commons.configuration2.ex.ConfigurationException;
import org.apache.commons.configuration2.io.FileHandler;
import org.apache.openjpa.jdbc.conf.JDBCConfigurationImpl;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What {@code james-database.properties} says, in the keys of James' own JPA server. Every key is looked at: what is misspelt or
 * does not fit stops the start and is named. Immutable.
 */
public final class DatabaseSettings {
    /** Used where the file, or its key, is missing. */
    public static final String DEFAULT_URL = "jdbc:derby:var/store/derby;create=true";
    static final String FILE = "james-database.properties";
    static final String URL = "database.url";
    static final String USERNAME = "database.username";
    static final String PASSWORD = "database.password";
    private static final String DRIVER = "database.driverClassName";
    private static final String POOL_PREFIX = "datasource.";
    private static final String OPENJPA_PREFIX = "openjpa.";
    /** The schema that Derby uses is named after the user; James' JPA server has always taken this one. */
    private static final String DEFAULT_USER = "app";
    private static final Set<String> DATABASE_KEYS = Set.of(URL, USERNAME, PASSWORD, DRIVER);
    /** In James' samples, without any effect in a James that Guice puts together. */
    private static final Set<String> IDLE_KEYS = Set.of("vendorAdapter.database", "openjpa.streaming");
    /** Said by the other keys, or fixed because James' entities need it. */
    private static final List<String> FIXED_OPENJPA = List.of("openjpa.Connection", "openjpa.MetaDataFactory",
        "openjpa.jdbc.DBDictionary", "openjpa.jdbc.SynchronizeMappings", "openjpa.jdbc.MappingDefaults");
    private static final Logger LOGGER = LoggerFactory.getLogger(DatabaseSettings.class);

    private final Path file;
    private final String writtenUrl;
    private final DatabaseUrl url;
    private final String username;
    private final String password;
    private final Map<String, String> pool;
    private final Map<String, String> openJpa;

    private DatabaseSettings(Path file, Path root, PropertiesConfiguration values) {
        this.file = file;
        values.getKeys().forEachRemaining(key -> requireKnown(values, key));
        this.writtenUrl = values.getString(URL, DEFAULT_URL).strip();
        this.url = parseUrl(root);
        this.username = values.getString(USERNAME, DEFAULT_USER);
        this.password = values.getString(PASSWORD, DEFAULT_USER);
        requireDriverOfTheUrl(values.getString(DRIVER, url.kind().driver()));
        this.pool = startingWith(values, POOL_PREFIX, POOL_PREFIX.length());
        this.openJpa = startingWith(values, OPENJPA_PREFIX, 0);
    }

    /**
     * Reads the file; a file that is missing means Derby in {@code var/store/derby}.
     *
     * @param conf the directory of the configuration
     * @param root what a relative directory of Derby is relative to
     * @throws StoreError with file, key, value and what was expected
     */
    public static DatabaseSettings read(Path conf, Path root) {
        Path file = conf.resolve(FILE);
        PropertiesConfiguration values = new PropertiesConfiguration();
        if (Files.exists(file)) {
            try {
                new FileHandler(values).load(file.toFile());
            } catch (ConfigurationException e) {
                throw new StoreError(file + " cannot be read: " + StoreError.reason(e), e);
            }
        }
        return new DatabaseSettings(file, root, values);
    }

    private void requireKnown(PropertiesConfiguration values, String key) {
        if (values.getProperty(key) instanceof List) {
            throw error(key + " stands there more than once; expected it once");
        }
        if (IDLE_KEYS.contains(key)) {
            LOGGER.warn("{}: {} has no effect here; the database is known from {}", file, key, URL);
        } else if (key.startsWith(OPENJPA_PREFIX)) {
            requireOpenJpa(key);
        } else if (!DATABASE_KEYS.contains(key) && !key.startsWith(POOL_PREFIX)) {
            throw error("there is no key " + key + "; expected " + URL + ", " + USERNAME + ", " + PASSWORD + ", " + DRIVER
                + ", datasource.… (of the connection pool) or openjpa.… (of OpenJPA)");
        }
    }

    private void requireOpenJpa(String key) {
        if (FIXED_OPENJPA.stream().anyMatch(key::startsWith)) {
            throw error(key + " cannot be set; expected " + URL + " and the other keys of the database to say it");
        }
        if (!new JDBCConfigurationImpl(false, false).getPropertyKeys().contains(key)) {
            throw error("OpenJPA has no property " + key);
        }
    }

    private DatabaseUrl parseUrl(Path root) {
        try {
            return DatabaseUrl.parse(writtenUrl, root);
        } catch (IllegalArgumentException e) {
            throw new StoreError(at(URL, DatabaseUrl.masked(writtenUrl)) + e.getMessage(), e);
        }
    }

    private void requireDriverOfTheUrl(String driver) {
        if (!driver.strip().equals(url.kind().driver())) {
            throw new StoreError(at(DRIVER, driver) + "expected " + url.kind().driver() + ", which " + URL + " belongs to, or no "
                + "such line");
        }
    }

    private static Map<String, String> startingWith(PropertiesConfiguration values, String prefix, int stripped) {
        Map<String, String> found = new HashMap<>();
        for (Iterator<String> keys = values.getKeys(); keys.hasNext();) {
            String key = keys.next();
            if (key.startsWith(prefix) && !IDLE_KEYS.contains(key)) {
                found.put(key.substring(stripped), values.getString(key).strip());
            }
        }
        return Map.copyOf(found);
    }

    DatabaseUrl url() {
        return url;
    }

    /** The URL as it was written, for people. */
    String shownUrl() {
        return DatabaseUrl.masked(writtenUrl);
    }

    String username() {
        return username;
    }

    String password() {
        return password;
    }

    /** What is set of the connection pool, by the names of its properties. */
    Map<String, String> pool() {
        return pool;
    }

    /** What is set of OpenJPA, by whole keys. */
    Map<String, String> openJpa() {
        return openJpa;
    }

    /** An error that begins with a key of the pool and its value. */
    StoreError poolError(String property, String value, String expected) {
        return new StoreError(at(POOL_PREFIX + property, value) + expected);
    }

    /** An error that the database itself gave; every key that may be at fault is named, the password without its value. */
    StoreError databaseError(Throwable cause) {
        String expected = url.directory().isPresent()
            ? "expected a directory that this user may write and no other process uses"
            : "expected a PostgreSQL that answers there, and in " + USERNAME + "=" + username + " and " + PASSWORD
                + " a user that it lets in and who may create tables";
        return new StoreError(at(URL, DatabaseUrl.masked(writtenUrl)) + StoreError.reason(cause) + "; " + expected, cause);
    }

    /**
     * Fails unless the database is a server, which several James can share.
     *
     * @throws StoreError with file, key, value and what was expected
     */
    public DatabaseSettings requireServer() {
        if (url.directory().isPresent()) {
            throw new StoreError(at(URL, DatabaseUrl.masked(writtenUrl)) + "expected jdbc:postgresql://HOST/DATABASE, which all "
                + "nodes of the cluster share; Derby is one node's own");
        }
        return this;
    }

    private StoreError error(String message) {
        return new StoreError(file + ": " + message);
    }

    private String at(String key, String value) {
        return file + ", " + key + "=" + value + ": ";
    }

    /** The directory that Derby keeps, if it is Derby. */
    public Optional<Path> directory() {
        return url.directory();
    }
}
