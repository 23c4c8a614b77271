// SPDX-License-Identifier: Apache-2.0
package org.postlane.guice.cluster;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

import org.apache.commons.configuration2.Configuration;
import org.apache.commons.configuration2.PropertiesConfiguration;
import org.apache.commons.configuration2.convert.DefaultListDelimiterHandler;
import org.apache.commons.configuration2.ex.ConfigurationException;
import org.apache.commons.configuration2.io.FileHandler;
import org.postlane.guice.durable.StoreError;

/**
 * A file of conf/ in the keys of James, every one of which is looked at: what is misspelt or does not fit is named. Immutable.
 */
final class SettingsFile {
    private static final String BOOLEAN = "expected true or false";

    private final Path file;
    private final PropertiesConfiguration values;

    private SettingsFile(Path file, PropertiesConfiguration values) {
        this.file = file;
        this.values = values;
    }

    /**
     * Reads it.
     *
     * @param known what may stand in it
     * @throws ClusterError if it is missing, or holds anything else, the same twice, or a value that nobody set
     */
    static SettingsFile read(Path file, Set<String> known) {
        if (!Files.isReadable(file)) {
            throw new ClusterError(file + " is missing or not readable; expected it, "
                + "for --store cluster keeps mail on its way there");
        }
        PropertiesConfiguration values = new PropertiesConfiguration();
        // The hosts of one key stand between commas, as James has them; a password may hold one, escaped by a backslash.
        values.setListDelimiterHandler(new DefaultListDelimiterHandler(','));
        try {
            new FileHandler(values).load(file.toFile());
        } catch (ConfigurationException e) {
            throw new ClusterError(file + " cannot be read: " + StoreError.reason(e), e);
        }
        SettingsFile read = new SettingsFile(file, values);
        values.getKeys().forEachRemaining(key -> read.requireKnown(key, known));
        return read;
    }

    private void requireKnown(String key, Set<String> known) {
        if (!known.contains(key)) {
            throw new ClusterError(file + ": there is no key " + key + "; expected one of "
                + String.join(", ", new TreeSet<>(known)));
        }
        for (String value : values.getStringArray(key)) {
            if (value.contains("${")) {
                throw error(key, value, "expected a value; the variable in it is not set");
            }
        }
    }

    /** Fails unless it stands there once, with a value. */
    String require(String key, String expected) {
        return text(key).orElseThrow(() -> new ClusterError(file + ": " + key + " is missing; " + expected));
    }

    Optional<String> text(String key) {
        String[] all = values.getStringArray(key);
        if (all.length > 1) {
            // Without the values: it may be a password.
            throw new ClusterError(file + ", " + key
                + ": expected one value; a comma that belongs to it stands behind a backslash");
        }
        return all.length == 0 || all[0].isBlank() ? Optional.empty() : Optional.of(all[0].strip());
    }

    List<String> list(String key) {
        return List.of(values.getStringArray(key));
    }

    void requireWhole(String key, long least) {
        require(key, value -> {
            try {
                return Long.parseLong(value) >= least;
            } catch (NumberFormatException e) {
                return false;
            }
        }, "expected a whole number, at least " + least);
    }

    void requireBoolean(String key) {
        require(key, value -> value.equals("true") || value.equals("false"), BOOLEAN);
    }

    private void require(String key, Predicate<String> fits, String expected) {
        text(key).filter(fits.negate()).ifPresent(value -> {
            throw error(key, value, expected);
        });
    }

    /** Fails unless it is absent or has this value, which is the only one that the server can work with. */
    void requireUnchanged(String key, String value, String why) {
        require(key, value::equals, "expected " + value + " or no such line: " + why);
    }

    /** An error that begins with a key and its value. */
    ClusterError error(String key, String value, String expected) {
        return new ClusterError(file + ", " + key + "=" + value + ": " + expected);
    }

    /** The same with what lies behind it. */
    ClusterError error(String key, String value, String expected, Throwable cause) {
        return new ClusterError(file + ", " + key + "=" + value + ": " + expected, cause);
    }

    /** For the classes of James that read it. */
    Configuration values() {
        return values;
    }
}
