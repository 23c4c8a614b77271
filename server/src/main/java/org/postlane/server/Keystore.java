// SPDX-License-Identifier: Apache-2.0
package org.postlane.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** The TLS key of the listeners: made on first start where there is none, because no repository may hold a private key. */
public final class Keystore {
    /** Named in conf/ as the default of {@code postlane.keystore.secret}; the file's mode protects the key, not this word. */
    static final String SECRET_PROPERTY = "postlane.keystore.secret";
    /** Named in conf/: the URL, as James writes it, of the key that every listener uses. */
    static final String URL_PROPERTY = "postlane.keystore";
    private static final String DEFAULT_SECRET = "postlane";
    private static final int DAYS_VALID = 3650;
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");

    private Keystore() {
    }

    /**
     * Makes a self-signed key for {@code host} unless the file is there. The file appears whole or not at all.
     *
     * @return whether it was made
     */
    public static boolean makeIfMissing(Path file, String host) {
        if (Files.exists(file)) {
            return false;
        }
        try {
            if (!Files.isDirectory(file.getParent())) {
                Files.createDirectories(file.getParent());
            }
            Path directory = Files.createTempDirectory(file.getParent(), ".keystore");
            Path made = directory.resolve("keystore");
            try {
                keytool(made, host);
                if (Files.getFileStore(made).supportsFileAttributeView("posix")) {
                    Files.setPosixFilePermissions(made, OWNER_ONLY);
                }
                Files.move(made, file, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(made);
                Files.deleteIfExists(directory);
            }
            return true;
        } catch (IOException e) {
            throw new StartError("no keystore at " + file + ", and none could be made: " + e.getMessage(), e);
        }
    }

    private static void keytool(Path file, String host) throws IOException {
        String secret = System.getProperty(SECRET_PROPERTY, DEFAULT_SECRET);
        Path keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
        ProcessBuilder builder = new ProcessBuilder(List.of(keytool.toString(), "-genkeypair", "-alias", "postlane",
            "-keyalg", "RSA", "-keysize", "2048", "-validity", Integer.toString(DAYS_VALID), "-storetype", "PKCS12",
            "-keystore", file.toString(), "-storepass:env", "KEYSTORE_SECRET", "-dname", "CN=" + host,
            "-ext", "SAN=DNS:" + host));
        // Not on the command line, where every user of the machine could read it.
        builder.environment().put("KEYSTORE_SECRET", secret);
        Process process = builder.redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (!process.waitFor(1, TimeUnit.MINUTES)) {
                process.destroyForcibly();
                throw new IOException("keytool did not end within a minute");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while keytool was running", e);
        }
        if (process.exitValue() != 0) {
            throw new IOException("keytool: " + output.strip());
        }
    }
}
