// SPDX-License-Identifier: Apache-2.0
package org.postlane.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HomeTest {
    @TempDir
    Path directory;

    @Test
    void aHomeWithoutConfigurationSaysWhichFileIsMissing() {
        Home home = new Home(directory);

        assertThatThrownBy(home::requireComplete)
            .isInstanceOf(StartError.class).hasMessageContaining(directory.resolve("conf/mailetcontainer.xml").toString());
    }

    @Test
    void aHomeWithoutTheBundleSaysWhereItBelongs() throws Exception {
        Files.createDirectory(directory.resolve("conf"));
        for (String file : new String[] {"mailetcontainer.xml", "smtpserver.xml", "extensions.properties"}) {
            Files.createFile(directory.resolve("conf").resolve(file));
        }
        Files.createDirectory(directory.resolve("extensions-jars"));
        Home home = new Home(directory);

        assertThatThrownBy(home::requireComplete).isInstanceOf(StartError.class).hasMessageContaining("extensions-jars");

        Files.createFile(directory.resolve("extensions-jars").resolve("postlane-bundle.jar"));
        assertThat(home.requireComplete()).isEqualTo(home);
    }
}
