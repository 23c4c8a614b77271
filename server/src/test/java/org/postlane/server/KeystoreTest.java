// SPDX-License-Identifier: Apache-2.0
package org.postlane.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeystoreTest {
    @TempDir
    Path directory;

    @Test
    void aMissingKeystoreIsMadeForTheOwnerAlone() throws Exception {
        Path file = directory.resolve("keystore");

        assertThat(Keystore.makeIfMissing(file, "mail.example")).isTrue();

        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            store.load(in, "postlane".toCharArray());
        }
        assertThat(store.isKeyEntry("postlane")).isTrue();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file))).isEqualTo("rw-------");
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void itsDirectoryIsMadeToo() {
        Path file = directory.resolve("var").resolve("keystore");

        Keystore.makeIfMissing(file, "mail.example");

        assertThat(file).isRegularFile();
    }

    @Test
    void itsDirectoryMayBeALink() throws Exception {
        Path disk = Files.createDirectory(directory.resolve("disk"));
        Path link = Files.createSymbolicLink(directory.resolve("var"), disk);

        assertThat(Keystore.makeIfMissing(link.resolve("keystore"), "mail.example")).isTrue();

        assertThat(disk.resolve("keystore")).isRegularFile();
    }

    @Test
    void aKeystoreThatIsThereStays() throws Exception {
        Path file = Files.writeString(directory.resolve("keystore"), "mine");

        assertThat(Keystore.makeIfMissing(file, "mail.example")).isFalse();

        assertThat(file).hasContent("mine");
    }

    @Test
    void whereNoneCanBeMadeTheMessageNamesTheFile() throws Exception {
        Path file = Files.createFile(directory.resolve("a-file")).resolve("keystore");

        assertThatThrownBy(() -> Keystore.makeIfMissing(file, "mail.example"))
            .isInstanceOf(StartError.class).hasMessageContaining(file.toString());
    }
}
