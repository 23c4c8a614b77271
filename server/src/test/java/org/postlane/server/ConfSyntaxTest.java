// SPDX-License-Identifier: Apache-2.0
package org.postlane.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfSyntaxTest {
    @TempDir
    Path conf;

    @Test
    void aTagThatIsNotClosedIsNamedWithFileAndLine() throws IOException {
        Files.writeString(conf.resolve("dnsservice.xml"), "<a><b>x</b></a>");
        Path broken = Files.writeString(conf.resolve("mailetcontainer.xml"), "<mailetcontainer>\n<processors>\n</procesors>\n");

        assertThatThrownBy(() -> ConfSyntax.check(conf)).isInstanceOf(StartError.class)
            .hasMessageStartingWith(broken + ", line 3: ").hasMessageContaining("processors");
    }

    @Test
    void whatAFileNamesElsewhereIsNotFetched() throws IOException {
        Files.writeString(conf.resolve("smtpserver.xml"), "<!DOCTYPE a SYSTEM \"http://127.0.0.1:1/a.dtd\">\n<a/>");

        ConfSyntax.check(conf);
    }

    @Test
    void everyFileOfXmlInConfIsLookedAt() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("..", "conf"))) {
            assertThat(files.map(file -> file.getFileName().toString()).filter(name -> name.endsWith(".xml")))
                .containsExactlyInAnyOrderElementsOf(ConfSyntax.FILES);
        }
    }

    @Test
    void otherFilesMayBeAnything() throws IOException {
        Files.writeString(conf.resolve("jvm.properties"), "<");
        Files.writeString(conf.resolve("mailetcontainer-old.xml"), "<half");

        ConfSyntax.check(conf);
    }
}
