// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postlane.local.LocalFixture;
import org.postlane.recipient.RecipientType;

/** Holds the tables of keys in {@code docs/lanes.md} and the code together. */
class LaneDocumentTest {
    private static final Pattern ROW = Pattern.compile("\\| `([A-Za-z]+)` \\| (.*) \\|");

    private LocalFixture fixture;

    @BeforeEach
    void setUp() throws Exception {
        fixture = new LocalFixture();
    }

    @AfterEach
    void tearDown() {
        fixture.close();
    }

    private static List<Matcher> rows(String heading) throws Exception {
        String text = Files.readString(Path.of("..", "docs", "lanes.md"));
        int begin = text.indexOf(heading);
        assertThat(begin).as(heading).isNotNegative();
        return text.substring(begin, text.indexOf("\n## ", begin + 1)).lines().map(ROW::matcher).filter(Matcher::matches)
            .toList();
    }

    private static Set<String> known(Throwable refusal) {
        String message = refusal.getMessage();
        Set<String> known = new TreeSet<>(List.of(message.substring(message.indexOf("Known are: ") + 11).split(", ")));
        known.removeIf(key -> key.startsWith("onMatch"));
        return known;
    }

    @Test
    void everyKeyOfDeliverByTypeHasARowAndNoRowIsOfAnother() throws Exception {
        Set<String> documented = new TreeSet<>(Set.of("onMailetException"));
        for (Matcher row : rows("\n## DeliverByType")) {
            String[] cells = row.group(2).split(" *\\| *", -1);
            for (RecipientType type : RecipientType.values()) {
                if (!row.group(1).startsWith("T")) {
                    documented.add(row.group(1));
                } else if (!cells[1 + List.of("local", "virtual", "relay", "external", "unknown").indexOf(type.asString())]
                        .isEmpty()) {
                    documented.add(type.asString() + row.group(1).substring(1));
                }
            }
        }
        assertThat(documented).isEqualTo(known(catchThrowable(() -> fixture.lanes.mailet("nonsense", "1"))));
    }

    @Test
    void everyKeyOfFanOutLocalDeliveryHasARowAndNoRowIsOfAnother() throws Exception {
        Set<String> documented = new TreeSet<>();
        rows("\n## FanOutLocalDelivery").forEach(row -> documented.add(row.group(1)));
        assertThat(documented).isEqualTo(known(catchThrowable(() -> fixture.ours("nonsense", "1"))));
    }

    @Test
    void everyKeyOfNonDeliveryReportHasARowAndNoRowIsOfAnother() throws Exception {
        Set<String> documented = new TreeSet<>();
        rows("\n## NonDeliveryReport").forEach(row -> documented.add(row.group(1)));
        NonDeliveryReport mailet = new NonDeliveryReport(fixture.lanes.directory.domainList, Clock.systemUTC());
        assertThat(documented).isEqualTo(known(catchThrowable(() -> fixture.init(mailet, "nonsense", "1"))));
    }

    @Test
    void everyKeyOfKeepInRepositoryHasARowAndNoRowIsOfAnother() throws Exception {
        Set<String> documented = new TreeSet<>();
        rows("\n## KeepInRepository").forEach(row -> documented.add(row.group(1)));
        KeepInRepository mailet = new KeepInRepository(new TestRepositories().known());
        assertThat(documented).isEqualTo(known(catchThrowable(
            () -> fixture.init(mailet, "repositoryPath", "memory://var/mail/error/", "nonsense", "1"))));
    }
}
