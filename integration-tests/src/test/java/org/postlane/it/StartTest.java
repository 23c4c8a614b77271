// SPDX-License-Identifier: Apache-2.0
package org.postlane.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postlane.testing.SmtpDialogue;

class StartTest {
    @Test
    void aMisspeltParameterStopsTheStartAndNamesTheParameter() {
        assertThatThrownBy(() -> JamesUnderTest.postlane()
            .replace("mailetcontainer.xml", "<maxConnectionsPerHost>8</maxConnectionsPerHost>",
                "<maxConnectionPerHost>8</maxConnectionPerHost>")
            .start())
            .hasStackTraceContaining("mailetcontainer.xml, processor outside, mailet PooledRemoteDelivery: ")
            .hasStackTraceContaining("<maxConnectionPerHost>")
            .hasStackTraceContaining("<maxConnectionsPerHost>");
    }

    @Test
    void aWrongValueStopsTheStartAndNamesFileKeyValueAndWhatWasExpected() {
        assertThatThrownBy(() -> JamesUnderTest.postlane()
            .replace("mailetcontainer.xml", "<idleTimeout>30 s</idleTimeout>", "<idleTimeout>half an hour</idleTimeout>")
            .start())
            .hasStackTraceContaining("mailetcontainer.xml, processor outside, mailet PooledRemoteDelivery: ")
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
            .hasStackTraceContaining("mailetcontainer.xml, processor relay, mailet PooledRemoteDelivery: "
                + "<bounceProcessor>bounce</bounceProcessor>: expected the name of a <processor> of this file");
    }

    @Test
    void aMailetWhoseClassIsMisspeltStopsTheStartAndIsNamedWithItsProcessor() {
        assertThatThrownBy(() -> JamesUnderTest.postlane()
            .replace("mailetcontainer.xml", "org.postlane.mailet.FanOutLocalDelivery", "org.postlane.mailet.FanoutLocalDelivry")
            .start())
            .hasStackTraceContaining("mailetcontainer.xml, processor local-delivery, "
                + "<mailet class=\"org.postlane.mailet.FanoutLocalDelivry\">: there is no such class")
            .hasStackTraceContaining("such as org.postlane.mailet.FanOutLocalDelivery");
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
    void aHandlerBehindTheOneThatDecidesStopsTheStart() {
        String requireAuth = "<handler class=\"org.postlane.smtpserver.check.RequireAuth\"/>";
        String core = "<handler class=\"org.apache.james.smtpserver.CoreCmdHandlerLoader\"/>";
        assertThatThrownBy(() -> JamesUnderTest.postlane()
            .edit("smtpserver.xml", text -> text.replace(requireAuth, "").replace(core, core + requireAuth))
            .start())
            .hasStackTraceContaining("smtpserver.xml, listener smtpserver-global, handler RequireAuth: expected in front of "
                + "RecipientTypeRcptHook, behind which James asks no handler about MAIL and RCPT");
    }

    @Test
    void aHandlerWhoseClassIsMisspeltStopsTheStartAndIsNamedWithItsFile() {
        assertThatThrownBy(() -> JamesUnderTest.postlane()
            .replace("smtpserver.xml", "org.postlane.smtpserver.check.RequireAuth", "org.postlane.smtpserver.RequireAuth")
            .start())
            .hasStackTraceContaining("smtpserver.xml, listener smtpserver-TLS, "
                + "<handler class=\"org.postlane.smtpserver.RequireAuth\">: there is no such class")
            .hasStackTraceContaining("such as org.postlane.smtpserver.check.RequireAuth");
    }

    @Test
    void whatMailetsKnowIsNoParameterOfAHandler() {
        assertThatThrownBy(() -> JamesUnderTest.postlane()
            .replace("smtpserver.xml", "<handler class=\"org.postlane.smtpserver.limit.CommandLimits\"/>",
                "<handler class=\"org.postlane.smtpserver.limit.CommandLimits\"><onMailetException>ignore</onMailetException>"
                    + "</handler>")
            .start())
            .hasStackTraceContaining("smtpserver.xml, handler CommandLimits: <onMailetException> is not a parameter of it")
            .hasStackTraceContaining("Known are: commandsPerMinute, maxErrors, trustedNetworks");
    }

    @Test
    void theSamplesOfHandlersInCommentsWork() throws Exception {
        try (JamesUnderTest james = JamesUnderTest.postlane()
            .edit("smtpserver.xml", text -> {
                String open = text.replaceAll("(?s)<!--([^<>]*)(<handler .*?</handler>)\\s*-->", "$2");
                assertThat(List.of("BlockedNetworks", "ReverseDns", "DnsLists", "MessageLimits"))
                    .allSatisfy(handler -> assertThat(open).contains("." + handler + "\">"));
                assertThat(open.replaceAll("(?s)<!--.*?-->", "")).contains("BlockedNetworks", "MessageLimits");
                return open;
            })
            .edit("mailetcontainer.xml", text -> {
                String open = text.replaceAll("(?s)<!--([^<>]*)(<rates>.*?</connectionRates>)\\s*-->", "$2");
                assertThat(open.replaceAll("(?s)<!--.*?-->", "")).contains("<rates>", "<connectionRates>");
                return open;
            }).domain("local.test").user("ann@local.test").start();
                SmtpDialogue dialogue = james.smtp()) {
            dialogue.command("MAIL FROM:<x@world.test>", 250);
            dialogue.command("RCPT TO:<ann@local.test>", 250);
        }
    }

    @Test
    void jamesOwnCommandsMayStandAnywhere() throws Exception {
        String core = "<handler class=\"org.apache.james.smtpserver.CoreCmdHandlerLoader\"/>";
        try (JamesUnderTest james = JamesUnderTest.postlane()
            .edit("smtpserver.xml", text -> text.replace(core, "").replace("<handlerchain>", "<handlerchain>" + core))
            .domain("local.test").start(); SmtpDialogue world = james.smtp();
                SmtpDialogue submission = james.anonymousSubmission()) {
            world.command("MAIL FROM:<x@world.test> SMTPUTF8", 555);
            world.command("MAIL FROM:<x@world.test>", 250);
            world.command("RCPT TO:<nobody@local.test>", 550);
            submission.command("MAIL FROM:<x@world.test>", 530);
        }
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
