// SPDX-License-Identifier: Apache-2.0
package org.postlane.server;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;

import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ListenerAddressesTest {
    @TempDir
    Path directory;

    private Home home(String file, String servers) throws Exception {
        Files.createDirectories(directory.resolve("conf"));
        Files.writeString(directory.resolve("conf").resolve(file + "server.xml"),
            "<" + file + "servers>" + servers + "</" + file + "servers>");
        return new Home(directory);
    }

    private static String pop3(String name, String address) {
        return "<pop3server><jmxName>" + name + "</jmxName><bind>" + address + "</bind></pop3server>";
    }

    private static AbstractThrowableAssert<?, ? extends Throwable> assertRefused(Home home) {
        return assertThatThrownBy(() -> ListenerAddresses.requireFree(Listener.enabledIn(home))).isInstanceOf(StartError.class);
    }

    @Test
    void anAddressInUseIsToldWithFileListenerKeyAndValue() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            String address = "127.0.0.1:" + taken.getLocalPort();

            assertRefused(home("pop3", pop3("mine", address)))
                .hasMessageContaining("pop3server.xml, listener mine: <bind>" + address + "</bind>")
                .hasMessageContaining("in use");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "127.0.0.1:", ":25", "", "127.0.0.1:pop3", "127.0.0.1:65536", "127.0.0.1:-1",
        "[::1]:110", "127.0.0.1:0,127.0.0.2", "127.0.0.1:110:111"})
    void whatIsNoAddressIsToldWithWhatWasExpected(String address) throws Exception {
        assertRefused(home("pop3", pop3("mine", address)))
            .hasMessageContaining("pop3server.xml, listener mine: <bind>" + address + "</bind>: expected ADDRESS:PORT, such as");
    }

    @Test
    void aHostThatDoesNotExistIsToldToo() throws Exception {
        assertRefused(home("pop3", pop3("mine", "nowhere.invalid:0"))).hasMessageContaining("there is no host nowhere.invalid");
    }

    @Test
    void onePortForTwoListenersIsToldWithBoth() throws Exception {
        int port = free();
        home("imap", "<imapserver><jmxName>other</jmxName><bind>0.0.0.0:" + port + "</bind></imapserver>");

        assertRefused(home("pop3", pop3("mine", "127.0.0.1:" + port)))
            .hasMessageContaining("pop3server.xml, listener mine: <bind>127.0.0.1:" + port + "</bind>")
            .hasMessageContaining("imapserver.xml, listener other has <bind>0.0.0.0:" + port + "</bind>");
    }

    @Test
    void oneNameForTwoListenersIsToldWithBoth() throws Exception {
        assertRefused(home("pop3", pop3("mine", "127.0.0.1:0") + pop3("mine", "127.0.0.2:0")))
            .hasMessageContaining("<jmxName>mine</jmxName>: expected a name of its own").hasMessageContaining("127.0.0.1:0");
    }

    @Test
    void onePortOfTwoAddressesAndPortsThatTheSystemChoosesAreFine() throws Exception {
        int port = free();
        Home home = home("pop3", pop3("a", "127.0.0.1:" + port) + pop3("b", "127.0.0.2:" + port) + pop3("c", "127.0.0.1:0")
            + pop3("d", "127.0.0.1:0, localhost:0"));

        assertThatCode(() -> ListenerAddresses.requireFree(Listener.enabledIn(home))).doesNotThrowAnyException();
    }

    @Test
    void aListenerThatIsOffNeedsNoAddress() throws Exception {
        Home home = home("pop3", "<pop3server enabled='false'><bind>127.0.0.1:pop3</bind></pop3server>");

        assertThatCode(() -> ListenerAddresses.requireFree(Listener.enabledIn(home))).doesNotThrowAnyException();
    }

    private static int free() throws Exception {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
