// SPDX-License-Identifier: Apache-2.0
package org.postlane.credential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.apache.james.core.Username;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postlane.james.ConfigurationError;
import org.postlane.james.JamesFiles;
import org.postlane.mailet.TestFiles;

/** The file of credentials: who may read it, what a restart finds, and what stops the start. */
class CredentialStoreTest {
    private static final CredentialSettings SETTINGS = new CredentialSettings("file://var/credentials", 4096, Duration.ZERO);
    private static final int NAMES = 2_000;
    private static final Username ANN = Username.of("ann@example.org");

    @TempDir
    private Path directory;
    private Path file;

    @BeforeEach
    void where() {
        file = directory.resolve("var/credentials");
    }

    private CredentialStore open() {
        CredentialStore store = new CredentialStore(new JamesFiles(new TestFiles(directory)));
        store.open("test", SETTINGS);
        return store;
    }

    private static Credential credential(Username user, boolean withCram) {
        return new Credential(user, ScramKeys.derive("pencil", 4096),
            withCram ? Optional.of(CramMd5Keys.derive("pencil")) : Optional.empty(),
            withCram ? Optional.empty() : Optional.of(new byte[] {1, 2}), Instant.parse("2026-01-02T03:04:05Z"));
    }

    @Test
    void theFileIsForTheServersOwnEyesAndHoldsNoPassword() throws Exception {
        CredentialStore store = open();
        store.put(credential(ANN, true)).get();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file))).isEqualTo("rw-------");
        assertThat(Files.readString(file)).contains("ann@example.org", "SCRAM-SHA-256$4096:").doesNotContain("pencil");
        assertThat(file.getParent()).isDirectoryNotContaining(other -> !other.equals(file));
        store.close();
    }

    @Test
    void aRestartFindsWhatWasWrittenAndTheSameSecret() throws Exception {
        CredentialStore before = open();
        Username bob = Username.of("bob@example.org");
        before.put(credential(ANN, false)).get();
        before.put(credential(bob, true)).get();
        before.put(credential(Username.of("eve@example.org"), true)).get();
        assertThat(before.remove(Username.of("eve@example.org")).get()).isTrue();
        assertThat(before.remove(Username.of("eve@example.org")).get()).isFalse();
        before.close();

        CredentialStore after = open();
        assertThat(after.list()).extracting(Credential::user).containsExactly(ANN, bob);
        assertThat(after.find(ANN).orElseThrow().isBoundTo(Optional.of(new byte[] {1, 2}))).isTrue();
        assertThat(after.find(ANN).orElseThrow().isBoundTo(Optional.of(new byte[] {1, 3}))).isFalse();
        assertThat(after.find(ANN).orElseThrow().isBoundTo(Optional.empty())).isFalse();
        assertThat(after.find(bob).orElseThrow().cramMd5()).isPresent();
        assertThat(after.find(bob).orElseThrow().isBound()).isFalse();
        assertThat(after.find(bob).orElseThrow().verified()).isEqualTo("2026-01-02T03:04:05Z");
        assertThat(after.scramDecoy("x").salt()).isEqualTo(before.scramDecoy("x").salt());
        assertThat(after.fingerprint("x")).isEqualTo(before.fingerprint("x")).isNotEqualTo(after.fingerprint("y"));
        after.close();
    }

    @Test
    void namesWithoutACredentialHaveTheIterationsOfThoseWithOneInTheSameShares() throws Exception {
        CredentialStore store = open();
        assertThat(share(store, 4096)).as("of nobody, what is configured").isEqualTo(NAMES);
        for (int i = 0; i < 4; i++) {
            int iterations = i == 0 ? SETTINGS.iterations() : 5000;
            store.put(new Credential(Username.of("u" + i), ScramKeys.derive("pencil", iterations), Optional.empty(),
                Optional.empty(), Instant.EPOCH)).get();
        }
        Set<String> old = namesWith(store, 5000);
        assertThat(old.size() / (double) NAMES).isBetween(0.7, 0.8);
        assertThat(share(store, 4096) + old.size()).isEqualTo(NAMES);
        store.close();
        CredentialStore after = open();
        assertThat(namesWith(after, 5000)).as("behind a restart").isEqualTo(old);

        // Users log in with PLAIN one by one, and nobody goes back.
        for (int i = 1; i < 4; i++) {
            after.put(new Credential(Username.of("u" + i), ScramKeys.derive("pencil", 4096), Optional.empty(), Optional.empty(),
                Instant.EPOCH)).get();
            Set<String> still = namesWith(after, 5000);
            assertThat(old).containsAll(still).hasSizeGreaterThan(still.size());
            old = still;
        }
        assertThat(old).isEmpty();
        after.close();
    }

    private static int share(CredentialStore store, int iterations) {
        return namesWith(store, iterations).size();
    }

    private static Set<String> namesWith(CredentialStore store, int iterations) {
        return IntStream.range(0, NAMES).mapToObj(i -> "name" + i + "@example.org")
            .filter(name -> store.scramDecoy(name).iterations() == iterations).collect(Collectors.toSet());
    }

    @Test
    void manyChangesAtOnceAreAllWritten() throws Exception {
        CredentialStore store = open();
        List<CompletableFuture<Void>> written = new ArrayList<>();
        Credential one = credential(ANN, false);
        for (int i = 0; i < 500; i++) {
            written.add(store.put(new Credential(Username.of("u" + i), one.scram(), one.cramMd5(), one.fingerprint(),
                one.verified())));
        }
        CompletableFuture.allOf(written.toArray(new CompletableFuture<?>[0])).get();
        store.close();
        assertThat(open().list()).hasSize(500);
    }

    @Test
    void aWriteThatFailsIsToldAndTheNextOneWritesAll() throws Exception {
        CredentialStore store = open();
        Path aside = file.resolveSibling("aside");
        Files.createDirectory(file.resolveSibling("credentials.new"));
        Files.createFile(file.resolveSibling("credentials.new").resolve("in the way"));
        assertThat(store.put(credential(ANN, false))).failsWithin(Duration.ofSeconds(10));
        Files.move(file.resolveSibling("credentials.new"), aside);
        store.put(credential(Username.of("bob@example.org"), false)).get();
        store.close();
        assertThat(open().list()).hasSize(2);
    }

    @Test
    void aFileThatSomethingElseHasWrittenStopsTheStartAndSaysWhere() throws Exception {
        open().put(credential(ANN, false)).get();
        String good = Files.readString(file);
        Files.writeString(file, good + "bob\tx\n");
        assertThatThrownBy(this::open).isInstanceOf(ConfigurationError.class).hasMessageContaining("credentials, line 3");
        Files.writeString(file, "no header\n" + good);
        assertThatThrownBy(this::open).isInstanceOf(ConfigurationError.class).hasMessageContaining("line 1");
        Files.writeString(file, "");
        assertThatThrownBy(this::open).isInstanceOf(ConfigurationError.class).hasMessageContaining("line 1");
    }

    @Test
    void listenersThatDisagreeStopTheStart() {
        CredentialStore store = open();
        store.open("another", SETTINGS);
        assertThatThrownBy(() -> store.open("third", new CredentialSettings("file://var/credentials", 5000, Duration.ZERO)))
            .isInstanceOf(ConfigurationError.class).hasMessageContaining("third").hasMessageContaining("5000")
            .hasMessageContaining("4096");
        store.close();
    }
}
