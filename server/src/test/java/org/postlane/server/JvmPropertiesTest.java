// SPDX-License-Identifier: Apache-2.0
package org.postlane.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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
        namingAllOfThisJvm();
        Files.writeString(conf.resolve("mine.conf"), "key=${?" + MEANT + "}\n");
        System.setProperty(MEANT, "false");

        assertThatCode(() -> JvmProperties.check(conf)).doesNotThrowAnyException();
    }

    @Test
    void whatConfAsItComesHasAPlaceForIsKnownWhereTheAdministratorHasWrittenAValue() throws Exception {
        namingAllOfThisJvm();
        Path shipped = Path.of(System.getProperty("postlane.root", ".."), "conf");
        Set<String> names = new TreeSet<>();
        try (Stream<Path> files = Files.list(shipped)) {
            for (Path file : files.toList()) {
                Pattern.compile("\\$\\{sys:(postlane\\.[^:}]+)").matcher(Files.readString(file)).results()
                    .forEach(place -> names.add(place.group(1)));
            }
        }
        assertThat(names).hasSizeGreaterThan(20);
        Set<String> unset = new TreeSet<>(names);
        unset.removeAll(System.getProperties().stringPropertyNames());
        unset.forEach(name -> System.setProperty(name, "1"));
        try {
            assertThatCode(() -> JvmProperties.check(conf)).doesNotThrowAnyException();
        } finally {
            unset.forEach(System::clearProperty);
        }
    }

    @Test
    void whatCannotBeReadIsNotItsConcern() throws Exception {
        namingAllOfThisJvm();
        Files.createDirectory(conf.resolve("directory.xml"));
        Files.createSymbolicLink(conf.resolve(".#smtpserver.xml"), conf.resolve("gone"));
        Files.write(conf.resolve("keystore"), new byte[] {(byte) 0xFE, 0, (byte) 0xC3});

        assertThatCode(() -> JvmProperties.check(conf)).doesNotThrowAnyException();
    }

    private void namingAllOfThisJvm() throws IOException {
        Files.writeString(conf.resolve("tests.properties"), System.getProperties().stringPropertyNames().stream()
            .filter(name -> name.startsWith("postlane.")).map(name -> "${sys:" + name + ":-}\n").collect(Collectors.joining()));
    }
}
