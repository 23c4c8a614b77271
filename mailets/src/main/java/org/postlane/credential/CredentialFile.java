// SPDX-License-Identifier: Apache-2.0
package org.postlane.credential;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;

import org.apache.james.core.Username;
import org.postlane.james.ConfigurationError;
import org.postlane.journal.PrivateFiles;

/**
 * The file: the server's secret in its first line, then a line for each user. It is replaced as a whole, so that a crash leaves
 * the old one or the new one, and only the user of this process may read it. Not for two threads.
 */
final class CredentialFile {
    private static final String HEADER = "postlane-credentials 1 ";
    private static final String NONE = "-";
    private static final int SECRET_LENGTH = 32;
    private static final int FIELDS = 5;

    private final Path file;
    private final byte[] secret;
    private final List<Credential> read = new ArrayList<>();

    /**
     * Reads the file, or makes it with a secret of its own.
     *
     * @throws ConfigurationError for a file that cannot be read or written, or that something else has written
     */
    CredentialFile(Path file) {
        this.file = file.toAbsolutePath();
        try {
            if (Files.exists(this.file)) {
                secret = read();
            } else {
                secret = new byte[SECRET_LENGTH];
                new SecureRandom().nextBytes(secret);
                write(List.of());
            }
        } catch (IOException e) {
            throw new ConfigurationError("smtpserver.xml, handler AuthHandler: <" + CredentialSettings.FILE + "> " + this.file
                + ": expected a file that James may read and write: " + e);
        }
    }

    /** For what must be the same after a restart. */
    byte[] secret() {
        return secret.clone();
    }

    /** What was in it when it was opened. */
    List<Credential> atStart() {
        return read;
    }

    private byte[] read() throws IOException {
        List<String> lines = Files.readAllLines(file, StandardCharsets.UTF_8);
        if (lines.isEmpty() || !lines.get(0).startsWith(HEADER)) {
            throw new ConfigurationError(file + ", line 1: expected \"" + HEADER + "\" and the server's secret");
        }
        for (int i = 1; i < lines.size(); i++) {
            try {
                read.add(parse(lines.get(i)));
            } catch (IllegalArgumentException | DateTimeParseException e) {
                throw new ConfigurationError(file + ", line " + (i + 1)
                    + ": expected a user's credential as James wrote it; without the line the user logs in with PLAIN once");
            }
        }
        return Base64.getDecoder().decode(lines.get(0).substring(HEADER.length()));
    }

    private static Credential parse(String line) {
        String[] fields = line.split("\t", -1);
        if (fields.length != FIELDS) {
            throw new IllegalArgumentException("another number of fields");
        }
        return new Credential(Username.of(fields[0]), ScramKeys.parse(fields[3]),
            present(fields[4]).map(CramMd5Keys::parse), present(fields[2]).map(Base64.getDecoder()::decode),
            Instant.parse(fields[1]));
    }

    private static Optional<String> present(String field) {
        return Optional.of(field).filter(text -> !text.equals(NONE));
    }

    private static String line(Credential credential) {
        return String.join("\t", credential.user().asString(), credential.verified().toString(),
            credential.fingerprint().map(Base64.getEncoder()::encodeToString).orElse(NONE),
            credential.scram().asText(), credential.cramMd5().map(CramMd5Keys::asText).orElse(NONE));
    }

    /** Replaces the file; done when it is on the disk. */
    void write(Collection<Credential> all) throws IOException {
        PrivateFiles.createDirectory(file.getParent());
        StringBuilder text = new StringBuilder(HEADER).append(Base64.getEncoder().encodeToString(secret)).append('\n');
        all.forEach(credential -> text.append(line(credential)).append('\n'));
        Path next = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(next);
        try (FileChannel channel = PrivateFiles.open(next,
                EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE))) {
            ByteBuffer octets = StandardCharsets.UTF_8.encode(text.toString());
            while (octets.hasRemaining()) {
                channel.write(octets);
            }
            channel.force(true);
        }
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
        syncDirectory();
    }

    /** A rename is on the disk when its directory is. */
    private void syncDirectory() throws IOException {
        try (FileChannel directory = FileChannel.open(file.getParent(), StandardOpenOption.READ)) {
            directory.force(true);
        }
    }
}
