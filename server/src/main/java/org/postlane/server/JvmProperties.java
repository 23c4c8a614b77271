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
    private static final Pattern PLACE = Pattern.compile("\\$\\{\\??(?:sys:)?(postlane\\.[\\w.-]+)");
    /** James reads no others. */
    private static final Pattern FILE = Pattern.compile(".*\\.(xml|properties|conf)");
    /** What the code reads, and what conf/ as it comes has places for: who has written a value there may still set it. */
    private static final Set<String> KNOWN = Set.of(Keystore.URL_PROPERTY, Keystore.SECRET_PROPERTY, CleanStop.PROPERTY,
        ClusterJames.PATIENCE, "postlane.terminal",
        "postlane.database.password", "postlane.database.url", "postlane.database.username", "postlane.domain",
        "postlane.imap.bind", "postlane.imap.requireTls", "postlane.imaps.bind", "postlane.nodes",
        "postlane.pop3.bind", "postlane.pop3.requireTls", "postlane.pop3s.bind", "postlane.relayDomains",
        "postlane.repositories", "postlane.sharedLimits", "postlane.smtp.bind", "postlane.submission.bind",
        "postlane.submission.requireTls", "postlane.submission.verifyIdentity", "postlane.submissions.bind",
        "postlane.webadmin.host", "postlane.webadmin.port");

    private JvmProperties() {
    }

    /** @throws StartError with the name of a property that nothing reads */
    static void check(Path conf) {
        Set<String> known = new TreeSet<>(KNOWN);
        try (Stream<Path> files = Files.list(conf)) {
            files.filter(file -> FILE.matcher(file.getFileName().toString()).matches())
                .forEach(file -> known.addAll(placesOf(file)));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + conf + ": " + e.getMessage(), e);
        }
        for (String property : new TreeSet<>(System.getProperties().stringPropertyNames())) {
            if (property.startsWith(PREFIX) && !known.contains(property)) {
                throw new StartError("-D" + property + ", of the command line or " + conf.resolve("jvm.properties")
                    + ": nothing reads it; expected one that conf/README.md lists or a file of conf/ names, the nearest is "
                    + nearest(property, known));
            }
        }
    }

    private static List<String> placesOf(Path file) {
        try {
            // In whatever encoding: names have ASCII letters only.
            return PLACE.matcher(Files.readString(file, StandardCharsets.ISO_8859_1)).results()
                .map(place -> place.group(1)).toList();
        } catch (IOException e) {
            // Who needs the file tells of it better, and it may be one that nobody needs.
            return List.of();
        }
    }

    private static String nearest(String property, Set<String> known) {
        return known.stream().min(Comparator.comparingInt(name -> LevenshteinDistance.getDefaultInstance().apply(property, name)))
            .orElseThrow();
    }
}
