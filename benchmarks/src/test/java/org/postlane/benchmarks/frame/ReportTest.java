// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks.frame;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

class ReportTest {
    private static final String RATE = "mails/s";
    private static final String COST = "processor ms/mail";

    private final Report report = new Report("relay", "Relay <to> one host & back", "2026-01-05T10:00:00Z", Map.of("cores", "2"),
        Map.of("Postfix", "3.7"), Map.of("octets", "4096"), List.of(
            new Group("0 ms", List.of(series("A", 100, 300, 200), series("B", 1000, 990, 1010))),
            new Group("50 ms", List.of(series("A", 10, 30, 20), new Series("C", List.of(Map.of(RATE, 0.5)))))));

    @Test
    void theJsonHasMachineVersionsConfigurationEveryRoundAndTheMedians() throws Exception {
        JsonNode json = new ObjectMapper().readTree(report.json());
        assertThat(json.at("/benchmark").asText()).isEqualTo("relay");
        assertThat(json.at("/machine/cores").asText()).isEqualTo("2");
        assertThat(json.at("/versions/Postfix").asText()).isEqualTo("3.7");
        assertThat(json.at("/configuration/octets").asText()).isEqualTo("4096");
        JsonNode series = json.at("/groups/0/series/0");
        assertThat(series.at("/rounds")).hasSize(3);
        assertThat(series.at("/rounds/1/mails~1s").asDouble()).isEqualTo(300);
        assertThat(series.at("/medians/mails~1s").asDouble()).isEqualTo(200);
    }

    @Test
    void whatWasWrittenIsReadAgain(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("report.json");
        Files.writeString(file, report.json());
        assertThat(Report.read(file)).isEqualTo(report);
    }

    @Test
    void theTableHasALineForEachContestantOfEachGroup() {
        List<String> lines = Table.of(report).lines().toList();
        assertThat(lines).hasSize(5);
        assertThat(lines.get(0)).contains(RATE).contains(COST);
        assertThat(lines.get(1)).startsWith("0 ms   A").contains("200 (100-300)").contains("2.00 (1.00-3.00)");
        assertThat(lines.get(2)).startsWith("0 ms   B").contains("1000 (990-1010)");
        assertThat(lines.get(4)).startsWith("50 ms  C").contains("0.500 (0.500-0.500)").endsWith(" -");
    }

    @Test
    void thePlotHasABarForEachMedianAsHighAsItIs() throws Exception {
        Document svg = parse(BarPlot.of(report, RATE));
        List<Element> bars = elements(svg, "rect").stream()
            .filter(rect -> rect.getAttribute("width").equals("22")).toList();
        assertThat(bars).hasSize(4);
        // The axis ends at 2000.
        assertThat(bars.get(0).getAttribute("height")).isEqualTo("32.0");
        assertThat(bars.get(1).getAttribute("height")).isEqualTo("160.0");
        assertThat(bars.get(0).getAttribute("fill")).isEqualTo(bars.get(2).getAttribute("fill"))
            .isNotEqualTo(bars.get(1).getAttribute("fill"));
        assertThat(elements(svg, "text")).extracting(Element::getTextContent)
            .contains(report.title(), "0 ms", "50 ms", "A", "B", "C", "200", "1000");
    }

    @Test
    void whatWasNotMeasuredHasNoBar() throws Exception {
        assertThat(elements(parse(BarPlot.of(report, COST)), "rect").stream()
            .filter(rect -> rect.getAttribute("width").equals("22"))).hasSize(3);
    }

    @Test
    void anAxisEndsAtARoundNumber() {
        assertThat(List.of(0.0, 0.7, 1.0, 1.1, 21.0, 260.0, 1010.0, 9999.0)).map(BarPlot::roundUp)
            .containsExactly(1.0, 1.0, 1.0, 2.0, 25.0, 500.0, 2000.0, 10000.0);
    }

    private static Series series(String name, double... rates) {
        return new Series(name, DoubleStream.of(rates).mapToObj(ReportTest::figures).toList());
    }

    /** In an order, as they are measured. */
    private static Map<String, Double> figures(double rate) {
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put(RATE, rate);
        figures.put(COST, rate / 100);
        return figures;
    }

    private static Document parse(String svg) throws Exception {
        return DocumentBuilderFactory.newInstance().newDocumentBuilder()
            .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
    }

    private static List<Element> elements(Document document, String name) {
        NodeList nodes = document.getElementsByTagName(name);
        return IntStream.range(0, nodes.getLength()).mapToObj(i -> (Element) nodes.item(i)).toList();
    }
}
