// SPDX-License-Identifier: Apache-2.0
package org.postlane.server;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The directory a server runs from: {@code conf/}, {@code extensions-jars/}, {@code var/}.
 *
 * @param root absolute
 */
public record Home(Path root) {
    private static final String SYSTEM_PROPERTY = "working.directory";
    private static final String ENVIRONMENT = "POSTLANE_HOME";

    /** The assembly that was named, or else the one whose {@code lib/} holds this program. */
    public static Home locate() {
        return named().orElseGet(Home::own);
    }

    private static Optional<Home> named() {
        return Optional.ofNullable(System.getProperty(SYSTEM_PROPERTY))
            .or(() -> Optional.ofNullable(System.getenv(ENVIRONMENT)))
            .map(path -> new Home(Path.of(path).toAbsolutePath().normalize()));
    }

    private static Home own() {
        try {
            Path jar = Path.of(Home.class.getProtectionDomain().getCodeSource().getLocation().toURI());
            Path lib = jar.toAbsolutePath().getParent();
            if (lib.getParent() != null && Files.isDirectory(lib.getParent().resolve("conf"))) {
                return new Home(lib.getParent());
            }
        } catch (URISyntaxException e) {
            throw new StartError("the place of this program is no path: " + e.getMessage(), e);
        }
        throw new StartError("no assembly here; name one with POSTLANE_HOME or -D" + SYSTEM_PROPERTY);
    }

    public Path conf() {
        return root.resolve("conf");
    }

    Path extensionsJars() {
        return root.resolve("extensions-jars");
    }

    public Path keystore() {
        return conf().resolve("keystore");
    }

    /** Fails where a server could not run from here, and says what is missing. */
    public Home requireComplete() {
        for (String file : new String[] {"mailetcontainer.xml", "smtpserver.xml", "extensions.properties"}) {
            if (!Files.isReadable(conf().resolve(file))) {
                throw new StartError(conf().resolve(file) + " is missing or not readable; conf/ must hold a whole configuration");
            }
        }
        if (!holdsAJar(extensionsJars())) {
            throw new StartError(extensionsJars() + " holds no jar; the Postlane bundle belongs there");
        }
        return this;
    }

    private static boolean holdsAJar(Path directory) {
        if (!Files.isDirectory(directory)) {
            return false;
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.anyMatch(file -> file.toString().endsWith(".jar"));
        } catch (IOException e) {
            throw new StartError(directory + " cannot be read: " + e.getMessage(), e);
        }
    }
}
