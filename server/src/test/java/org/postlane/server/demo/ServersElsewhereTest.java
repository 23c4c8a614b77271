// SPDX-License-Identifier: Apache-2.0
package org.postlane.server.demo;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postlane.server.StartError;

class ServersElsewhereTest {
    @TempDir
    Path conf;

    private void write(String parameter) throws IOException {
        Files.writeString(conf.resolve("mailetcontainer.xml"),
            "<mailetcontainer><processors><mailet>" + parameter + "</mailet></processors></mailetcontainer>");
    }

    @Test
    void aGatewayOrARouteIsNamed() throws IOException {
        for (String key : new String[] {"gateway", "routes"}) {
            write("<" + key + ">192.0.2.1</" + key + ">");
            assertThatThrownBy(() -> ServersElsewhere.refuse(conf)).isInstanceOf(StartError.class)
                .hasMessageContaining("mailetcontainer.xml: <" + key + ">: expected none for the demonstration");
        }
    }

    @Test
    void whatIsCommentedOutIsNot() throws IOException {
        write("<!-- <gateway>192.0.2.1</gateway> -->");
        assertThatCode(() -> ServersElsewhere.refuse(conf)).doesNotThrowAnyException();
        assertThatCode(() -> ServersElsewhere.refuse(Path.of("..", "conf"))).doesNotThrowAnyException();
    }
}
