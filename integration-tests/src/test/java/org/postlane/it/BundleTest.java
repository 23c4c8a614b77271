// SPDX-License-Identifier: Apache-2.0
package org.postlane.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.IOException;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;

import org.junit.jupiter.api.Test;

class BundleTest {
    private static final int JAVA_11 = 55;

    @Test
    void itHoldsNothingThatJamesShipsAndNothingUnrelocated() throws IOException {
        try (JarFile bundle = new JarFile(JamesUnderTest.bundle().toFile())) {
            List<String> classes = bundle.stream().map(JarEntry::getName).filter(name -> name.endsWith(".class")).toList();
            assertThat(classes).isNotEmpty().allSatisfy(name -> assertThat(name).startsWith("org/postlane/"));
        }
    }

    @Test
    void whatNotEveryJamesShipsIsInItUnderOurName() throws IOException {
        try (JarFile bundle = new JarFile(JamesUnderTest.bundle().toFile())) {
            assertThat(bundle.getEntry("org/postlane/shaded/caffeine/cache/Caffeine.class")).isNotNull();
            assertThat(bundle.getEntry("org/postlane/shaded/caffeine/cache/SSMSW.class"))
                .as("a cache class that Caffeine loads by name").isNotNull();
            assertThat(bundle.getEntry("org/postlane/shaded/ongres/scram/client/ScramClient.class")).isNotNull();
            assertThat(bundle.getEntry("org/postlane/shaded/ongres/saslprep/SASLprep.class")).isNotNull();
            assertThat(bundle.getEntry("org/postlane/shaded/lettuce/core/RedisClient.class")).isNotNull();
            assertThat(bundle.getEntry("org/postlane/shaded/bucket4j/redis/lettuce/Bucket4jLettuce.class")).isNotNull();
            assertThat(bundle.getEntry("org/postlane/cluster/permits.lua")).isNotNull();
            assertThat(bundle.getEntry("org/postlane/guice/PostlaneModule.class")).isNotNull();
        }
    }

    @Test
    void everyClassInItShadedOnesTooIsJava11() throws IOException {
        try (JarFile bundle = new JarFile(JamesUnderTest.bundle().toFile())) {
            for (JarEntry entry : bundle.stream().filter(each -> each.getName().endsWith(".class")).toList()) {
                try (DataInputStream in = new DataInputStream(bundle.getInputStream(entry))) {
                    in.readInt();
                    in.readUnsignedShort();
                    assertThat(in.readUnsignedShort()).as(entry.getName()).isLessThanOrEqualTo(JAVA_11);
                }
            }
        }
    }

    @Test
    void itsLicenceComesWithIt() throws IOException {
        try (JarFile bundle = new JarFile(JamesUnderTest.bundle().toFile())) {
            assertThat(bundle.getEntry("META-INF/LICENSE")).isNotNull();
            assertThat(bundle.getEntry("META-INF/LICENSE-ongres")).isNotNull();
            assertThat(bundle.getEntry("META-INF/LICENSE-lettuce")).isNotNull();
        }
    }

    @Test
    void whatItDeclaresAsAServiceIsRelocatedToo() throws IOException {
        try (JarFile bundle = new JarFile(JamesUnderTest.bundle().toFile())) {
            assertThat(bundle.stream().map(JarEntry::getName)
                .filter(name -> name.startsWith("META-INF/services/") && !name.endsWith("/")).toList())
                .allSatisfy(name -> assertThat(name).startsWith("META-INF/services/org.postlane."));
        }
    }
}
