// SPDX-License-Identifier: Apache-2.0
package org.postlane.it;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StartTest {
    @Test
    void aMisspeltParameterStopsTheStartAndNamesTheParameter() {
        assertThatThrownBy(() -> JamesUnderTest.postlane()
            .replace("mailetcontainer.xml", "<maxConnectionsPerHost>8</maxConnectionsPerHost>",
                "<maxConnectionPerHost>8</maxConnectionPerHost>")
            .start())
            .hasStackTraceContaining("mailetcontainer.xml, mailet PooledRemoteDelivery")
            .hasStackTraceContaining("<maxConnectionPerHost>")
            .hasStackTraceContaining("<maxConnectionsPerHost>");
    }

    @Test
    void aWrongValueStopsTheStartAndNamesFileKeyValueAndWhatWasExpected() {
        assertThatThrownBy(() -> JamesUnderTest.postlane()
            .replace("mailetcontainer.xml", "<idleTimeout>30 s</idleTimeout>", "<idleTimeout>half an hour</idleTimeout>")
            .start())
            .hasStackTraceContaining("mailetcontainer.xml, mailet PooledRemoteDelivery")
            .hasStackTraceContaining("<idleTimeout>half an hour</idleTimeout>: expected a time with its unit");
    }

    @Test
    void aMissingModuleStopsTheStartAndNamesTheLineToWrite() {
        assertThatThrownBy(() -> JamesUnderTest.postlane()
            .edit("extensions.properties", text -> "")
            .start())
            .hasStackTraceContaining("extensions.properties: guice.extension.module: expected org.postlane.guice.PostlaneModule");
    }

    @Test
    void limitsOfThePoolThatDifferStopTheStart() {
        assertThatThrownBy(() -> JamesUnderTest.postlane()
            .replace("mailetcontainer.xml", "<outgoing>outgoing-relay</outgoing>",
                "<outgoing>outgoing-relay</outgoing><maxConnections>12</maxConnections>")
            .start())
            .hasStackTraceContaining("<maxConnections>1024</maxConnections>: expected the value that");
    }

    @Test
    void aProcessorThatIsMissingStopsTheStartAndIsNamed() {
        assertThatThrownBy(() -> JamesUnderTest.postlane()
            .replace("mailetcontainer.xml", "<outgoing>outgoing-relay</outgoing>",
                "<outgoing>outgoing-relay</outgoing><bounceProcessor>bounce</bounceProcessor>")
            .start())
            .hasStackTraceContaining("bounce");
    }

    @Test
    void aBrokenFileOfRelayDomainsStopsTheStart(@TempDir Path directory) throws Exception {
        Path broken = Files.writeString(directory.resolve("relay-domains.txt"), "relay.test\n\nno domain\n");
        assertThatThrownBy(() -> JamesUnderTest.postlane()
            .replace("mailetcontainer.xml", "<relayDomains>${sys:postlane.relayDomains:-relay.invalid}</relayDomains>",
                "<relayDomainsFile>" + broken + "</relayDomainsFile>")
            .start())
            .hasStackTraceContaining(broken + ", line 3: \"no domain\": expected a domain");
    }

    @Test
    void aWrongLimitOfAListenerStopsTheStart() {
        assertThatThrownBy(() -> JamesUnderTest.postlane()
            .replace("smtpserver.xml", "<handler class=\"org.postlane.smtpserver.limit.CommandLimits\"/>",
                "<handler class=\"org.postlane.smtpserver.limit.CommandLimits\"><maxErrors>few</maxErrors></handler>")
            .start())
            .hasStackTraceContaining(
                "smtpserver.xml, handler CommandLimits: <maxErrors>few</maxErrors>: expected a whole number");
    }

    @Test
    void settingsOfPop3BesideJamesOwnCommandsStopTheStart() {
        assertThatThrownBy(() -> JamesUnderTest.postlane()
            .edit("pop3server.xml", text -> text.replace("coreHandlersPackage", "coreHandlerPackage"))
            .start())
            .hasStackTraceContaining("expected <handlerchain coreHandlersPackage=\"org.postlane.pop3.Pop3Handlers\">");
    }

    @Test
    void itStartsWithWebadminSwitchedOff() throws Exception {
        try (JamesUnderTest james = JamesUnderTest.postlane()
            .replace("webadmin.properties", "enabled=true", "enabled=false").start()) {
            james.smtp().quit();
        }
    }

    @Test
    void itStartsWithoutFilesOfWebadminAndHealthChecks() throws Exception {
        try (JamesUnderTest james = JamesUnderTest.postlane()
            .edit("webadmin.properties", text -> "").edit("healthcheck.properties", text -> "").start()) {
            james.smtp().quit();
        }
    }
}
