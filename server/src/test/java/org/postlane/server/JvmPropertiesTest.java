// SPDX-License-Identifier: Apache-2.0
package org.postlane.server;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is set and does nothing is named, with what may have been meant. */
class JvmPropertiesTest {
    /** None of the JVM of the tests, which has some of its own. */
    private static final String MISSPELT = "postlane.AAA.submission.requireTSL";
    private static final String MEANT = "postlane.AAA.submission.requireTls";

    @TempDir
    Path conf;

    @AfterEach
    void unset() {
        System.clearProperty(MISSPELT);
        System.clearProperty(MEANT);
    }

    @Test
    void whatNoFileNamesIsRefusedAndTheNearestNamed() throws Exception {
        Files.writeString(conf.resolve("smtpserver.xml"), "<a>${sys:" + MEANT + ":-true}</a><b>${sys:postlane.smtp.bind}</b>");
        System.setProperty(MISSPELT, "false");

        assertThatThrownBy(() -> JvmProperties.check(conf)).isInstanceOf(StartError.class)
            .hasMessageContaining("-D" + MISSPELT).hasMessageContaining(conf.resolve("jvm.properties").toString())
            .hasMessageEndingWith("the nearest is " + MEANT);
    }

    @Test
    void whatAFileNamesIsTakenAlsoWhenTheFileIsTheAdministrators() throws Exception {
        Files.writeString(conf.resolve("mine.properties"), "key=${" + MEANT + "}\n");
        Files.write(conf.resolve("keystore"), new byte[] {(byte) 0xFE, 0, (byte) 0xC3});
        System.setProperty(MEANT, "false");
        System.getProperties().stringPropertyNames().stream().filter(name -> name.startsWith("postlane.") && !name.equals(MEANT))
            .forEach(this::known);

        assertThatCode(() -> JvmProperties.check(conf)).doesNotThrowAnyException();
    }

    private void known(String property) {
        try {
            Files.writeString(conf.resolve(property), "${sys:" + property + ":-}");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
