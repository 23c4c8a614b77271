// SPDX-License-Identifier: Apache-2.0
package org.postlane.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postlane.testing.docker.Command;

/** The script {@code postlane} in a repository of its own, with a Java and a Maven that only say what they were told. */
class LauncherTest {
    private static final Duration LIMIT = Duration.ofMinutes(1);

    @TempDir
    Path directory;
    private Path assembly;

    @BeforeEach
    void layOut() throws IOException {
        // A blank in the path, as users have them.
        directory = Files.createDirectory(directory.resolve("a clone"));
        assembly = directory.resolve("server/target/postlane-server");
        Files.copy(Path.of("..", "postlane"), directory.resolve("postlane"));
        program("java",
            "case $1 in -XshowSettings*) echo '    java.specification.version = 17';; *) echo started: \"$@\";; esac");
        program("mvn", "echo building \"$@\" in \"$PWD\" && mkdir -p server/target/postlane-server/lib && touch .maven");
    }

    private void program(String name, String line) throws IOException {
        Path file = Files.createDirectories(directory.resolve("bin")).resolve(name);
        Files.writeString(file, "#!/bin/sh\n" + line + "\n");
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }

    private Command.Result postlane(String... arguments) {
        return postlaneWith("", arguments);
    }

    private Command.Result postlaneWith(String javaOptions, String... arguments) {
        List<String> line = new ArrayList<>(List.of("sh", directory.resolve("postlane").toString()));
        line.addAll(List.of(arguments));
        return new Command(directory, Map.of("PATH", directory.resolve("bin") + ":" + System.getenv("PATH"), "JAVA_HOME", "",
            "JAVA_OPTS", javaOptions, "POSTLANE_HOME", "")).run(LIMIT, line);
    }

    private Path oldMail() throws IOException {
        Path queue = Files.createDirectories(assembly.resolve("var/queue"));
        return Files.writeString(queue.resolve("mail"), "dear mail", UTF_8);
    }

    @Test
    void theFirstStartSaysThatItBuildsAndHowLongThatTakes() {
        Command.Result first = postlane("demo", "--exit");

        assertThat(first.succeeded()).as(first.output()).isTrue();
        assertThat(first.output().lines().toList().get(0)).startsWith("postlane: building, ").contains(" min");
        assertThat(first.output()).contains("-Dmaven.test.skip=true").contains("org.postlane.server.Main demo --exit");
    }

    @Test
    void aBuildThatFailsStartsNothingAndSaysHowToSeeAllOfIt() throws IOException {
        program("mvn", "echo Could not resolve; exit 1");

        Command.Result failed = postlane("serve");

        assertThat(failed.status()).isEqualTo(1);
        assertThat(failed.output()).contains("Could not resolve\npostlane: the build failed")
            .contains("mvn -B -Dmaven.test.skip=true -pl server -am package").doesNotContain("started:");
    }

    @Test
    void theKeyOfConfIsServedUnlessAnotherIsNamed() throws IOException {
        assertThat(postlane("serve").output()).contains("Main serve").doesNotContain("postlane.keystore");
        Path key = Files.writeString(Files.createDirectories(directory.resolve("conf")).resolve("keystore"), "a key", UTF_8);

        assertThat(postlane("serve").output()).contains("-Dpostlane.keystore=file://" + key + " ");
        assertThat(postlane("demo").output()).doesNotContain("postlane.keystore");
        assertThat(postlaneWith("-Dpostlane.keystore=file://mine", "serve").output()).contains("file://mine")
            .doesNotContain(key.toString());
        Files.writeString(directory.resolve("conf/jvm.properties"), "postlane.keystore=file://mine\n", UTF_8);
        assertThat(postlane("serve").output()).doesNotContain("postlane.keystore");
    }

    @Test
    void mailLiesWhereNoBuildDeletesIt() throws IOException {
        assertThat(postlane("serve").output()).contains("Main serve");

        Files.writeString(assembly.resolve("var/mail"), "dear mail", UTF_8);
        assertThat(directory.resolve("var/mail")).hasContent("dear mail");
        // What mvn clean does, which follows no links.
        new Command(directory, Map.of()).require(LIMIT, List.of("rm", "-r", assembly.toString()));
        assertThat(postlane().output()).contains("started:");
        assertThat(assembly.resolve("var/mail")).hasContent("dear mail");
    }

    @Test
    void mailInTheOldPlaceIsNamedAndNothingStartsUntilItIsMoved() throws IOException {
        Path mail = oldMail();

        Command.Result refused = postlane("serve");

        assertThat(refused.status()).isEqualTo(1);
        assertThat(refused.output()).contains("mv '" + assembly.resolve("var") + "' '" + directory.resolve("var") + "'")
            .doesNotContain("started:");
        assertThat(mail).exists();
        String told = refused.output().replaceAll("(?s).*(mv '.*')", "$1");
        new Command(directory, Map.of()).require(LIMIT, List.of("sh", "-c", told));
        assertThat(postlane("serve").output()).contains("started:");
        assertThat(mail).hasContent("dear mail");
        assertThat(directory.resolve("var/queue/mail")).hasContent("dear mail");
    }

    @Test
    void aStoreInEachPlaceIsNamedTooAndNeitherIsTouched() throws IOException {
        oldMail();
        Files.createDirectories(directory.resolve("var/queue"));

        Command.Result refused = postlane("serve");

        assertThat(refused.status()).isEqualTo(1);
        assertThat(refused.output()).contains("there is one already");
        assertThat(directory.resolve("var/queue")).isEmptyDirectory();
    }

    /** The link of a copied assembly leads to somewhere else. */
    @Test
    void aCopyWithTheLinkIsRefused() throws IOException {
        assertThat(postlane("serve").output()).contains("started:");
        Path copy = directory.resolve("copy");
        new Command(directory, Map.of()).require(LIMIT, List.of("cp", "-a", assembly.toString(), copy.toString()));
        Map<String, String> named = Map.of("PATH", directory.resolve("bin") + ":" + System.getenv("PATH"), "JAVA_HOME", "",
            "POSTLANE_HOME", copy.toString());
        List<String> serve = List.of("sh", directory.resolve("postlane").toString(), "serve");

        Command.Result refused = new Command(directory, named).run(LIMIT, serve);

        assertThat(refused.status()).isEqualTo(1);
        assertThat(refused.output()).contains("rm '" + copy.resolve("var") + "'").doesNotContain("started:");
        Files.delete(copy.resolve("var"));
        assertThat(new Command(directory, named).require(LIMIT, serve)).contains("started:");
    }

    @Test
    void theDemoAndADirectoryThatWasNamedHaveNoPlaceHere() {
        assertThat(postlane("demo").output()).contains("started:");
        assertThat(new Command(directory, Map.of("PATH", directory.resolve("bin") + ":" + System.getenv("PATH"), "JAVA_HOME", "",
            "POSTLANE_HOME", directory.resolve("other").toString()))
            .require(LIMIT, List.of("sh", directory.resolve("postlane").toString(), "serve"))).contains("started:");
        assertThat(directory.resolve("var")).doesNotExist();
    }
}
