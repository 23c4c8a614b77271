// SPDX-License-Identifier: Apache-2.0
package org.postlane.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrivateFilesTest {
    @TempDir
    private Path directory;

    private static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    @Test
    void aJournalAndAllOfItsFilesAreForNobodyButItsUser() throws IOException {
        assumeTrue(directory.getFileSystem().supportedFileAttributeViews().contains("posix"));
        Path place = directory.resolve("var/journal");
        DeliveryJournal.open(place, JournalSettings.DEFAULTS).close();
        assertThat(permissions(place)).isEqualTo("rwx------");
        assertThat(permissions(directory.resolve("var"))).as("what others of James keep beside it").isNotEqualTo("rwx------");
        try (Stream<Path> files = Files.list(place)) {
            assertThat(files).hasSizeGreaterThanOrEqualTo(2)
                .allSatisfy(file -> assertThat(permissions(file)).isEqualTo("rw-------"));
        }
    }

    @Test
    void aDirectoryThatIsThereKeepsThePermissionsThatItHas() throws IOException {
        assumeTrue(directory.getFileSystem().supportedFileAttributeViews().contains("posix"));
        Path place = Files.createDirectory(directory.resolve("journal"),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-x---")));
        DeliveryJournal.open(place, JournalSettings.DEFAULTS).close();
        assertThat(permissions(place)).isEqualTo("rwxr-x---");
    }

    @Test
    void whatIsAboveItMayBeALinkToAnotherDisk() throws IOException {
        Path disk = Files.createDirectory(directory.resolve("disk"));
        Files.createSymbolicLink(directory.resolve("var"), disk);
        DeliveryJournal.open(directory.resolve("var/postlane"), JournalSettings.DEFAULTS).close();
        assertThat(disk.resolve("postlane")).isNotEmptyDirectory();
    }

    @Test
    void aFileSystemWithoutPermissionsOfThatKindIsUsedAsItIs() throws IOException {
        URI archive = URI.create("jar:" + directory.resolve("files.zip").toUri());
        try (FileSystem without = FileSystems.newFileSystem(archive, Map.of("create", "true"))) {
            assertThat(without.supportedFileAttributeViews()).doesNotContain("posix");
            Path place = without.getPath("/var/journal");
            PrivateFiles.createDirectory(place);
            try (FileChannel file = PrivateFiles.open(place.resolve("one"),
                EnumSet.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE))) {
                assertThat(file.isOpen()).isTrue();
            }
            assertThat(place.resolve("one")).exists();
        }
    }
}
