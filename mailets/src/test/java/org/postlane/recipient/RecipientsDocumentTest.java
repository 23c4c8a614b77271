// SPDX-License-Identifier: Apache-2.0
package org.postlane.recipient;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.apache.james.metrics.api.Gauge;
import org.apache.james.metrics.api.Metric;
import org.apache.james.metrics.api.NoopGaugeRegistry;
import org.apache.james.metrics.tests.RecordingMetricFactory;
import org.junit.jupiter.api.Test;
import org.postlane.james.Parameters;

/** Holds {@code docs/recipients.md} and the code together. */
class RecipientsDocumentTest {
    private static final Path DOCUMENT = Path.of("..", "docs", "recipients.md");

    private static Set<String> firstCells(String pattern) throws IOException {
        Set<String> cells = new TreeSet<>();
        Matcher rows = Pattern.compile("(?m)^\\| `(" + pattern + ")` \\|").matcher(Files.readString(DOCUMENT));
        while (rows.find()) {
            cells.add(rows.group(1));
        }
        return cells;
    }

    @Test
    void everyMetricHasARowAndEveryRowAMetric() throws Exception {
        Set<String> names = new TreeSet<>();
        TestDirectory directory = TestDirectory.create();
        CachedDirectory unusedCache = new CachedDirectory(new Directory(directory.domainList, directory.users,
            directory.rewriteTable), new RecordingMetricFactory() {
                @Override
                public Metric generate(String name) {
                    names.add(name);
                    return super.generate(name);
                }
            }, new NoopGaugeRegistry() {
                @Override
                public <T> NoopGaugeRegistry register(String name, Gauge<T> gauge) {
                    names.add(name);
                    return this;
                }
            }, () -> 0L);

        assertThat(firstCells("postlane\\.[a-z.]+")).isEqualTo(names);
    }

    @Test
    void everyLimitHasARowWithItsDefault() throws IOException {
        String text = Files.readString(DOCUMENT);
        DirectoryLimits limits = DirectoryLimits.DEFAULTS;
        Map.of(DirectoryLimits.CACHE_SIZE, String.valueOf(limits.addresses()),
            DirectoryLimits.CACHE_TIME, Parameters.spell(limits.positive()),
            DirectoryLimits.UNKNOWN_CACHE_TIME, Parameters.spell(limits.negative()),
            DirectoryLimits.LOOKUPS, String.valueOf(limits.lookups()),
            DirectoryLimits.TIMEOUT, Parameters.spell(limits.timeout())).forEach((key, value) ->
                assertThat(text).containsPattern("(?m)^\\| `" + key + "` \\| [^|]+ \\| " + value + " \\| "));
        assertThat(text).contains("| `" + RelayDomains.PARAMETER + "` |", "| `" + RelayDomains.FILE_PARAMETER + "` |",
            "| `" + VirtualDomains.PARAMETER + "` |");
    }
}
