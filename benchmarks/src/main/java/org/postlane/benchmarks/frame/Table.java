// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks.frame;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A report for the terminal: a line for each contestant of each group, with the median and behind it the least and the most. */
public final class Table {
    private final List<List<String>> lines = new ArrayList<>();

    private Table(Report report) {
        List<String> figures = report.figures();
        List<String> head = new ArrayList<>(List.of("", ""));
        head.addAll(figures);
        lines.add(head);
        for (Group group : report.groups()) {
            for (Series series : group.series()) {
                List<String> line = new ArrayList<>(List.of(group.label(), series.contestant()));
                figures.forEach(figure -> line.add(cell(series, figure)));
                lines.add(line);
            }
        }
    }

    /** With a line end behind each line. */
    public static String of(Report report) {
        return new Table(report).text();
    }

    private static String cell(Series series, String figure) {
        if (!series.figures().contains(figure)) {
            return "-";
        }
        return number(series.median(figure)) + " (" + number(series.least(figure)) + "-" + number(series.most(figure)) + ")";
    }

    /** Three digits that count, or all in front of the point. */
    static String number(double value) {
        int places = value == 0 ? 0 : 2 - (int) Math.floor(Math.log10(Math.abs(value)));
        return String.format(Locale.ROOT, "%." + Math.min(6, Math.max(0, places)) + "f", value);
    }

    private String text() {
        int columns = lines.get(0).size();
        StringBuilder text = new StringBuilder();
        for (List<String> line : lines) {
            StringBuilder padded = new StringBuilder();
            for (int column = 0; column < columns; column++) {
                int width = width(column);
                String pad = " ".repeat(width - line.get(column).length());
                padded.append(column == 0 ? "" : "  ").append(column < 2 ? line.get(column) + pad : pad + line.get(column));
            }
            text.append(padded.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }

    private int width(int column) {
        return lines.stream().mapToInt(line -> line.get(column).length()).max().orElse(0);
    }
}
