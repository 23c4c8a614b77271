// SPDX-License-Identifier: Apache-2.0
package org.postlane.james;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;

import org.apache.james.server.core.JamesServerResourceLoader;
import org.apache.james.server.core.filesystem.FileSystemImpl;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JamesFilesTest {
    private final JamesFiles files = new JamesFiles(new FileSystemImpl(new JamesServerResourceLoader("/srv/james")));

    @ParameterizedTest
    @CsvSource({"conf/ca.pem,/srv/james/conf/ca.pem", "file://conf/ca.pem,/srv/james/conf/ca.pem",
        "var/x,/srv/james/var/x", "ca.pem,/srv/james/ca.pem", "file://ca.pem,/srv/james/ca.pem",
        "/etc/ca.pem,/etc/ca.pem", "file:///etc/ca.pem,/etc/ca.pem"})
    void whatIsNotAbsoluteIsInTheDirectoryOfJamesWhereverItWasStartedFrom(String written, String expected) {
        assertThat(files.path(written).normalize()).isEqualTo(Path.of(expected));
    }

    @Test
    void whatCanBeNoFileIsRefusedWithWhatWasExpected() {
        assertThatThrownBy(() -> files.path("a\0b")).isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("expected a file such as conf/name");
    }
}
