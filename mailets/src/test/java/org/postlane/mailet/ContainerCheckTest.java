// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

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
import org.apache.james.server.core.configuration.ConfigurationProvider;
import org.apache.james.server.core.configuration.FileConfigurationProvider;
import org.apache.james.util.LoggingLevel;
import org.apache.mailet.Mailet;
import org.apache.mailet.Matcher;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postlane.james.ConfigurationError;

class ContainerCheckTest {
    private static final String OURS = "org.postlane.mailet.";
    private static final String[] LANES = {"local-delivery", "virtual", "relay", "external", "local-address-error"};

    private static void check(String xml) throws Exception {
        HierarchicalConfiguration<ImmutableNode> read =
            FileConfigurationProvider.getConfig(new ByteArrayInputStream(xml.getBytes(UTF_8)));
        ContainerCheck unused = new ContainerCheck(new ConfigurationProvider() {
            @Override
            public HierarchicalConfiguration<ImmutableNode> getConfiguration(String component, LoggingLevel level) {
                assertThat(component).isEqualTo("mailetcontainer");
                return read;
            }
        });
    }

    /** A file with one processor that holds this, and some that are empty. */
    private static String file(String elements, String... empty) {
        return "<mailetcontainer><processors><processor state=\"first\">" + elements + "</processor>"
            + Arrays.stream(empty).map(state -> "<processor state=\"" + state + "\"/>").collect(Collectors.joining())
            + "</processors></mailetcontainer>";
    }

    private static String mailet(String name, String inner) {
        return "<mailet match=\"All\" class=\"" + name + "\">" + inner + "</mailet>";
    }

    @Test
    void theSampleIsInOrder() {
        assertThatCode(() -> check(Files.readString(Path.of("../conf/mailetcontainer.xml")))).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({"org.postlane.mailet.PooledRemoteDelivry, PooledRemoteDelivery",
        "org.postlane.mailets.PooledRemoteDelivery, PooledRemoteDelivery",
        "org.postlane.mailet.fanoutlocaldelivery, FanOutLocalDelivery", "DeliverByType, DeliverByType"})
    void aMisspeltMailetIsNamedWithItsProcessorAndTheOneThatIsMeant(String written, String meant) {
        assertThatThrownBy(() -> check(file(mailet(written, "")))).isInstanceOf(ConfigurationError.class)
            .hasMessageStartingWith("mailetcontainer.xml, processor first, <mailet class=\"" + written
                + "\">: there is no such class; expected one of James or of a jar in extensions-jars/")
            .hasMessageEndingWith(", such as " + OURS + meant);
    }

    @Test
    void aMailetOfOursThatIsLikeNoneIsNamedAlone() {
        assertThatThrownBy(() -> check(file(mailet(OURS + "Greylisting", "")))).isInstanceOf(ConfigurationError.class)
            .hasMessageContaining(OURS + "Greylisting\">: there is no such class").hasMessageEndingWith("with its package");
    }

    @ParameterizedTest
    @ValueSource(strings = {"match", "notmatch"})
    void aMisspeltMatcherIsNamedWithItsCondition(String attribute) {
        assertThatThrownBy(() -> check(file("<mailet " + attribute + "=\"" + OURS + "RecipientTypIs=local\" class=\"Null\"/>")))
            .hasMessageStartingWith("mailetcontainer.xml, processor first, <mailet " + attribute + "=\"" + OURS
                + "RecipientTypIs=local\">: there is no such class")
            .hasMessageEndingWith(", such as " + OURS + "RecipientTypeIs");
    }

    @Test
    void classesOfJamesAndOfOthersAreJamesMatter() {
        assertThatCode(() -> check(file(mailet("RemoteDelivery", "") + mailet("NoSuchMailet", "")
            + mailet("com.example.Mailet", "") + "<mailet match=\"" + OURS + "RecipientTypeIs=local\" class=\"Null\"/>")))
            .doesNotThrowAnyException();
    }

    @Test
    void twoProcessorsOfOneNameAreNamed() {
        assertThatThrownBy(() -> check(file("", "relay", "relay"))).isInstanceOf(ConfigurationError.class)
            .hasMessage("mailetcontainer.xml: <processor state=\"relay\"> stands there twice; expected one processor of each "
                + "name");
    }

    @Test
    void aLaneToAProcessorThatIsMissingIsNamedWithItsKey() {
        assertThatThrownBy(() -> check(file(mailet(OURS + "DeliverByType", "<externalProcessor>outsid</externalProcessor>"),
            LANES))).isInstanceOf(ConfigurationError.class)
            .hasMessage("mailetcontainer.xml, processor first, mailet DeliverByType: <externalProcessor>outsid"
                + "</externalProcessor>: expected the name of a <processor> of this file, which are external, first, "
                + "local-address-error, local-delivery, relay, virtual");
    }

    @Test
    void aLaneWhoseProcessorIsNotWrittenNeedsTheOneOfTheDefault() {
        assertThatThrownBy(() -> check(file(mailet(OURS + "DeliverByType", ""), "local-delivery", "relay", "external",
            "local-address-error"))).isInstanceOf(ConfigurationError.class)
            .hasMessageStartingWith("mailetcontainer.xml, processor first, mailet DeliverByType: <virtualProcessor> is not "
                + "written, which means virtual: expected a <processor> of that name");
        assertThatCode(() -> check(file(mailet(OURS + "DeliverByType", ""), LANES))).doesNotThrowAnyException();
    }

    @Test
    void whatOneDeliverByTypeWritesHoldsForTheOthers() {
        assertThatCode(() -> check(file(mailet(OURS + "DeliverByType", "")
            + mailet(OURS + "DeliverByType", "<virtualProcessor>first</virtualProcessor>"), "local-delivery", "relay", "external",
            "local-address-error"))).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({"PooledRemoteDelivery, bounceProcessor", "PooledRemoteDelivery, onSuccess", "RewriteRecipients, errorProcessor",
        "FanOutLocalDelivery, onMailetException"})
    void aProcessorThatAMailetNamesIsThere(String mailet, String key) {
        assertThatThrownBy(() -> check(file(mailet(OURS + mailet, "<" + key + ">gone</" + key + ">"))))
            .isInstanceOf(ConfigurationError.class)
            .hasMessage("mailetcontainer.xml, processor first, mailet " + mailet + ": <" + key + ">gone</" + key
                + ">: expected the name of a <processor> of this file, which are first");
        assertThatCode(() -> check(file(mailet(OURS + mailet, "<" + key + ">gone</" + key + ">"), "gone")))
            .doesNotThrowAnyException();
        assertThatCode(() -> check(file(mailet(OURS + mailet, "<onMailetException>ignore</onMailetException>"))))
            .doesNotThrowAnyException();
    }

    @Test
    void noMailetAndNoMatcherOfOursIsMissingInTheListForTheMisspelt() {
        Set<String> shipped = new ClassFileImporter().withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("org.postlane.mailet").stream()
            .filter(type -> type.isAssignableTo(Mailet.class) || type.isAssignableTo(Matcher.class))
            .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC)
                && !type.getModifiers().contains(JavaModifier.ABSTRACT))
            .map(type -> type.getName().substring(OURS.length())).collect(Collectors.toSet());
        assertThat(ContainerCheck.CLASSES).containsExactlyInAnyOrderElementsOf(shipped);
    }
}
