// SPDX-License-Identifier: Apache-2.0
package org.postlane.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;

/** {@code .env.example} is what {@code docker-compose.yml} asks for. */
class ComposeSettingsTest {
    private static final Path ROOT = Path.of("..");
    /** Where the file has an example in the place of the default, which is empty. */
    private static final String EXAMPLE = "POSTLANE_JAVA_OPTIONS";

    private static Map<String, String> found(String file, String pattern) throws Exception {
        Map<String, String> found = new TreeMap<>();
        Matcher settings = Pattern.compile(pattern).matcher(Files.readString(ROOT.resolve(file)));
        while (settings.find()) {
            // The same setting may stand in several places, with another default for a check that it is there.
            found.merge(settings.group(1), settings.group(2), (one, other) -> one.isEmpty() ? other : one);
        }
        found.remove(EXAMPLE);
        return found;
    }

    @Test
    void theExampleHasEverySettingOfComposeWithItsDefaultAndNoOther() throws Exception {
        assertThat(found(".env.example", "(?m)^#(POSTLANE_\\w+)=(.*)$"))
            .isEqualTo(found("docker-compose.yml", "\\$\\{(POSTLANE_\\w+):-([^}]*)\\}"));
    }

    @Test
    void nothingOfTheExampleIsSwitchedOn() throws Exception {
        assertThat(Files.readAllLines(ROOT.resolve(".env.example"))).allMatch(line -> line.isEmpty() || line.startsWith("#"));
    }
}
