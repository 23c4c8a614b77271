// SPDX-License-Identifier: Apache-2.0
package org.postlane.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.apache.commons.configuration2.XMLConfiguration;
import org.apache.james.server.core.configuration.FileConfigurationProvider;
import org.junit.jupiter.api.Test;

/** What conf/ promises: its settings, and that nothing is open which must not be. */
class ConfTest {
    private static final Path CONF = Path.of("..", "conf");
    private static final Pattern SETTING = Pattern.compile("\\$\\{sys:([A-Za-z0-9.]+):-([^}]*)\\}");

    private static XMLConfiguration read(String file) throws Exception {
        return FileConfigurationProvider.getConfig(Files.newInputStream(CONF.resolve(file)));
    }

    private static List<MatchResult> settings() throws IOException {
        try (Stream<Path> files = Files.list(CONF)) {
            return files.filter(file -> !file.endsWith("README.md"))
                .map(ConfTest::text)
                .flatMap(text -> SETTING.matcher(text).results())
                .toList();
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void everySettingIsDocumentedWithItsDefaultAndEveryDocumentedOneExists() throws Exception {
        String readme = Files.readString(CONF.resolve("README.md"));
        Set<String> used = new TreeSet<>();
        for (MatchResult setting : settings()) {
            used.add(setting.group(1));
            assertThat(readme).contains("`" + setting.group(1) + "`").contains("`" + setting.group(2) + "`");
        }
        Set<String> documented = new TreeSet<>();
        Matcher names = Pattern.compile("(?m)`(postlane\\.[A-Za-z0-9.]+)`").matcher(readme);
        while (names.find()) {
            documented.add(names.group(1));
        }
        assertThat(documented).isEqualTo(used);
    }

    @Test
    void everyListenerIsWhereItsSettingSays() throws Exception {
        System.setProperty("postlane.smtp.bind", "127.0.0.1:4711");
        try {
            assertThat(read("smtpserver.xml").getList(String.class, "smtpserver.bind"))
                .containsExactly("127.0.0.1:4711", "0.0.0.0:465", "0.0.0.0:587");
        } finally {
            System.clearProperty("postlane.smtp.bind");
        }
        assertThat(read("pop3server.xml").getList(String.class, "pop3server.bind")).containsExactly("0.0.0.0:110", "0.0.0.0:995");
        assertThat(read("imapserver.xml").getList(String.class, "imapserver.bind")).containsExactly("0.0.0.0:143", "0.0.0.0:993");
    }

    @Test
    void nobodyMayRelayByHisAddressAndPort25KnowsNoLogin() throws Exception {
        XMLConfiguration smtp = read("smtpserver.xml");

        assertThat(smtp.getList(String.class, "smtpserver.authorizedAddresses", List.of())).isEmpty();
        assertThat(smtp.getList(String.class, "smtpserver.auth.announce")).containsExactly("never", "always", "always");
        assertThat(smtp.getList(String.class, "smtpserver.auth.plainAuthEnabled")).containsExactly("false", "true", "true");
        assertThat(smtp.getList(String.class, "smtpserver.auth.requireSSL")).containsExactly("true", "true", "true");
    }

    @Test
    void webadminListensOnLoopbackOnly() throws Exception {
        assertThat(Files.readString(CONF.resolve("webadmin.properties")))
            .contains("host=${sys:postlane.webadmin.host:-127.0.0.1}");
    }

    @Test
    void everyProcessorThatIsNamedExists() throws Exception {
        XMLConfiguration container = read("mailetcontainer.xml");
        List<String> states = container.getList(String.class, "processors.processor[@state]");
        Set<String> named = new TreeSet<>();
        for (String key : List.of("processor", "localProcessor", "virtualProcessor", "relayProcessor", "externalProcessor",
            "unknownProcessor", "bounceProcessor", "errorProcessor")) {
            named.addAll(container.getList(String.class, "processors.processor.mailet." + key, List.of()));
        }
        assertThat(named).isNotEmpty().isSubsetOf(states);
    }
}
