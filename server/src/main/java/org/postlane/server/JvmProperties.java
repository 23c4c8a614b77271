// SPDX-License-Identifier: Apache-2.0
package org.postlane.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.apache.commons.text.similarity.LevenshteinDistance;

/** The properties {@code postlane.…} of the command line and of {@code jvm.properties}: a misspelt one would do nothing. */
final class JvmProperties {
    private static final String PREFIX = "postlane.";
    /** A place of a file of {@code conf/} where the value of a property goes. */
    private static final Pattern PLACE = Pattern.compile("\\$\\{(?:sys:)?(postlane\\.[\\w.-]+)");
    /** What is read without any file. */
    private static final Set<String> READ_HERE = Set.of(Keystore.URL_PROPERTY, Keystore.SECRET_PROPERTY, CleanStop.PROPERTY,
        ClusterJames.PATIENCE, "postlane.terminal");

    private JvmProperties() {
    }

    /** @throws StartError with the name of a property that nothing reads */
    static void check(Path conf) {
        Set<String> known = new TreeSet<>(READ_HERE);
        try (Stream<Path> files = Files.list(conf)) {
            files.filter(Files::isRegularFile).forEach(file -> known.addAll(placesOf(file)));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + conf + ": " + e.getMessage(), e);
        }
        for (String property : new TreeSet<>(System.getProperties().stringPropertyNames())) {
            if (property.startsWith(PREFIX) && !known.contains(property)) {
                throw new StartError("-D" + property + ", of the command line or " + conf.resolve("jvm.properties")
                    + ": nothing reads it; expected one that a file of conf/ names, the nearest is "
                    + nearest(property, known));
            }
        }
    }

    private static List<String> placesOf(Path file) {
        try {
            // Any octets: a key store may lie beside the files.
            return PLACE.matcher(Files.readString(file, StandardCharsets.ISO_8859_1)).results()
                .map(place -> place.group(1)).toList();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    private static String nearest(String property, Set<String> known) {
        return known.stream().min(Comparator.comparingInt(name -> LevenshteinDistance.getDefaultInstance().apply(property, name)))
            .orElseThrow();
    }
}
