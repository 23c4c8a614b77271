// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;

import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.apache.commons.configuration2.HierarchicalConfiguration;
import org.apache.commons.configuration2.tree.ImmutableNode;
import org.apache.james.protocols.api.handler.ProtocolHandler;
import org.apache.james.server.core.configuration.ConfigurationProvider;
import org.apache.james.server.core.configuration.FileConfigurationProvider;
import org.apache.james.util.LoggingLevel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postlane.james.ConfigurationError;

class ListenerCheckTest {
    private static final String OURS = "org.postlane.smtpserver.";
    private static final String JAMES = "org.apache.james.smtpserver.";

    private static void check(String xml) throws Exception {
        HierarchicalConfiguration<ImmutableNode> read =
            FileConfigurationProvider.getConfig(new ByteArrayInputStream(xml.getBytes(UTF_8)));
        ListenerCheck unused = new ListenerCheck(new ConfigurationProvider() {
            @Override
            public HierarchicalConfiguration<ImmutableNode> getConfiguration(String component, LoggingLevel level) {
                assertThat(component).isEqualTo("smtpserver");
                return read;
            }
        });
    }

    private static String listener(String name, String... handlers) {
        String chain = Arrays.stream(handlers).map(handler -> "<handler class=\"" + handler + "\"/>")
            .collect(Collectors.joining());
        return "<smtpserver enabled=\"true\"><jmxName>" + name + "</jmxName><handlerchain>" + chain
            + "</handlerchain></smtpserver>";
    }

    private static void checkSecondOf(String... handlers) throws Exception {
        check("<smtpservers>" + listener("first", OURS + "RecipientTypeRcptHook") + listener("second", handlers)
            + "</smtpservers>");
    }

    @Test
    void theSampleIsInOrder() {
        assertThatCode(() -> check(Files.readString(Path.of("../conf/smtpserver.xml")))).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {OURS + "check.RequireAuth", OURS + "check.BlockedNetworks", OURS + "check.AddressChecks",
        OURS + "limit.MessageLimits", OURS + "verb.DeliveryReportRequests", OURS + "RecipientTypeRcptHook",
        JAMES + "fastfail.ValidRcptHandler", JAMES + "fastfail.ValidSenderDomainHandler"})
    void aHandlerThatWouldNeverBeAskedIsNamedWithItsFileAndListener(String handler) {
        String simple = handler.substring(handler.lastIndexOf('.') + 1);
        assertThatThrownBy(() -> checkSecondOf(OURS + "RecipientTypeRcptHook", JAMES + "CoreCmdHandlerLoader", handler))
            .isInstanceOf(ConfigurationError.class)
            .hasMessage("smtpserver.xml, listener second, handler " + simple + ": expected in front of RecipientTypeRcptHook, "
                + "behind which James asks no handler about MAIL and RCPT");
    }

    @ParameterizedTest
    @CsvSource({"check.AddressChecks, check.BlockedNetworks", "check.DnsLists, check.RequireAuth",
        "limit.MessageLimits, check.ReverseDns", "check.RequireAuth, limit.ConnectionLimits",
        "limit.MessageLimits, check.RequireAuth"})
    void ourHandlersStandInTheOrderOfTheDocument(String first, String second) {
        assertThatThrownBy(() -> checkSecondOf(OURS + first, OURS + "limit.CommandLimits", OURS + second))
            .isInstanceOf(ConfigurationError.class)
            .hasMessage("smtpserver.xml, listener second, handler " + second.replaceAll(".*\\.", "") + ": expected in front of "
                + first.replaceAll(".*\\.", ""));
        assertThatCode(() -> checkSecondOf(OURS + second, OURS + "limit.CommandLimits", OURS + first)).doesNotThrowAnyException();
    }

    @Test
    void handlersThatAreAskedAboutOtherCommandsStandAnywhere() {
        assertThatCode(() -> checkSecondOf(OURS + "limit.ConnectionLimits", OURS + "RecipientTypeRcptHook",
            OURS + "auth.AuthHandler", JAMES + "CoreCmdHandlerLoader", OURS + "verb.SyntaxRules", OURS + "limit.CommandLimits",
            OURS + "verb.ShutdownNotice")).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({"org.postlane.smtpserver.RequireAuth, org.postlane.smtpserver.check.RequireAuth",
        "org.postlane.smtpserver.check.requireauth, org.postlane.smtpserver.check.RequireAuth",
        "org.postlane.smtpserver.RecipientTypeHook, org.postlane.smtpserver.RecipientTypeRcptHook",
        "org.postlane.smtpserver.verb.SyntaxRule, org.postlane.smtpserver.verb.SyntaxRules"})
    void aMisspeltClassIsNamedWithTheOneThatIsMeant(String written, String meant) {
        assertThatThrownBy(() -> checkSecondOf(written)).isInstanceOf(ConfigurationError.class)
            .hasMessageStartingWith("smtpserver.xml, listener second, <handler class=\"" + written
                + "\">: there is no such class")
            .hasMessageEndingWith(", such as " + meant);
    }

    @Test
    void aMisspeltClassOfJamesIsTakenForNoneOfOurs() {
        assertThatThrownBy(() -> checkSecondOf(JAMES + "CoreCmdHandlerLoad")).isInstanceOf(ConfigurationError.class)
            .hasMessageContaining(JAMES + "CoreCmdHandlerLoad\">: there is no such class")
            .hasMessageEndingWith("with its package");
    }

    @Test
    void aListenerThatIsSwitchedOffIsNotLookedAt() {
        assertThatCode(() -> check("<smtpservers>" + listener("off", "org.nowhere.Handler").replace("true", "false")
            + "</smtpservers>")).doesNotThrowAnyException();
    }

    @Test
    void noHandlerOfOursIsMissingInTheListForTheMisspelt() {
        Set<String> shipped = new ClassFileImporter().withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("org.postlane.smtpserver").stream()
            .filter(type -> type.isAssignableTo(ProtocolHandler.class) && type.isTopLevelClass())
            .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC)
                && !type.getModifiers().contains(JavaModifier.ABSTRACT))
            .map(type -> type.getName().substring(OURS.length())).collect(Collectors.toSet());
        assertThat(ListenerCheck.HANDLERS).containsExactlyInAnyOrderElementsOf(shipped);
    }
}
