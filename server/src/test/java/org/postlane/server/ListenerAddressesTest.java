// SPDX-License-Identifier: Apache-2.0
package org.postlane.server;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ListenerAddressesTest {
    @TempDir
    Path directory;

    private Home bindingTo(String address, boolean enabled) throws Exception {
        Files.createDirectories(directory.resolve("conf"));
        Files.writeString(directory.resolve("conf/pop3server.xml"), "<pop3servers><pop3server enabled='" + enabled + "'><bind>"
            + address + "</bind></pop3server></pop3servers>");
        return new Home(directory);
    }

    @Test
    void anAddressInUseIsToldWithFileKeyAndValue() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            String address = "127.0.0.1:" + taken.getLocalPort();
            Home home = bindingTo(address, true);

            assertThatThrownBy(() -> ListenerAddresses.requireFree(home)).isInstanceOf(StartError.class)
                .hasMessageContaining("pop3server.xml, <bind>" + address + "</bind>").hasMessageContaining("in use");
        }
    }

    @Test
    void aPortThatIsNoNumberIsToldToo() throws Exception {
        Home home = bindingTo("127.0.0.1:pop3", true);

        assertThatThrownBy(() -> ListenerAddresses.requireFree(home)).isInstanceOf(StartError.class)
            .hasMessageContaining("<bind>127.0.0.1:pop3</bind>");
    }

    @Test
    void aListenerThatIsOffNeedsNoAddress() throws Exception {
        Home home = bindingTo("127.0.0.1:pop3", false);

        assertThatCode(() -> ListenerAddresses.requireFree(home)).doesNotThrowAnyException();
    }
}
