// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks.frame;

import java.util.List;
import java.util.Locale;

/** One figure of a report as SVG: a bar for each contestant, group beside group, with a whisker from the least to the most. */
public final class BarPlot {
    private static final int HEIGHT = 320;
    private static final int LEFT = 70;
    private static final int TOP = 48;
    private static final int BOTTOM = 40;
    private static final int BAR = 26;
    private static final int GAP = 24;
    private static final int LEGEND = 18;
    private static final int TICKS = 5;
    /** About as wide as a character of the plain text is, and of the title. */
    private static final double CHARACTER = 6.8;
    private static final double TITLE_CHARACTER = 9.2;
    /** Those of Okabe and Ito, which colour-blind readers tell apart. */
    private static final List<String> COLOURS =
        List.of("#0072B2", "#E69F00", "#009E73", "#D55E00", "#56B4E9", "#CC79A7", "#F0E442", "#000000");

    private final Report report;
    private final String figure;
    private final List<String> contestants;
    private final double top;
    private final int width;
    private final StringBuilder svg = new StringBuilder();

    private BarPlot(Report report, String figure) {
        this.report = report;
        this.figure = figure;
        this.contestants = report.contestants();
        double most = report.groups().stream().flatMap(group -> group.series().stream())
            .mapToDouble(series -> series.most(figure)).filter(Double::isFinite).max().orElse(0);
        this.top = roundUp(most);
        int groups = report.groups().stream().mapToInt(BarPlot::room).sum();
        this.width = Math.max(Math.max(LEFT + groups + GAP, (int) (LEFT + TITLE_CHARACTER * report.title().length())), 420);
    }

    /** A whole document. */
    public static String of(Report report, String figure) {
        BarPlot plot = new BarPlot(report, figure);
        plot.draw();
        return plot.svg.toString();
    }

    /** The next 1, 2, 2.5 or 5 times a power of ten. */
    static double roundUp(double value) {
        if (value <= 0) {
            return 1;
        }
        double power = Math.pow(10, Math.floor(Math.log10(value)));
        for (double step : new double[] {1, 2, 2.5, 5}) {
            if (value <= step * power) {
                return step * power;
            }
        }
        return 10 * power;
    }

    /** As wide as its bars or its label, whichever is wider. */
    private static int room(Group group) {
        return Math.max(group.series().size() * BAR, (int) Math.ceil(CHARACTER * group.label().length())) + GAP;
    }

    private void draw() {
        int height = TOP + HEIGHT + BOTTOM + LEGEND * contestants.size();
        line("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\""
            + " font-family=\"sans-serif\" font-size=\"12\">", width, height, width, height);
        line("<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>", width, height);
        text(LEFT, 20, "start", "font-size=\"14\" font-weight=\"bold\"", report.title());
        text(LEFT, 38, "start", "", figure + ", median; whiskers: least and most");
        for (int tick = 0; tick <= TICKS; tick++) {
            double value = top * tick / TICKS;
            line("<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#dddddd\"/>", LEFT, width - GAP, y(value), y(value));
            text(LEFT - 6, y(value) + 4, "end", "", Table.number(value));
        }
        int x = LEFT + GAP / 2;
        for (Group group : report.groups()) {
            double middle = x + (room(group) - GAP) / 2.0;
            int bar = (int) middle - group.series().size() * BAR / 2;
            for (Series series : group.series()) {
                bar(bar, series);
                bar += BAR;
            }
            text(middle, TOP + HEIGHT + 18, "middle", "", group.label());
            x += room(group);
        }
        legend();
        line("</svg>");
    }

    private void bar(int x, Series series) {
        double median = series.median(figure);
        if (!Double.isFinite(median)) {
            return;
        }
        line("<rect x=\"%d\" y=\"%.1f\" width=\"%d\" height=\"%.1f\" fill=\"%s\"/>", x + 2, y(median), BAR - 4,
            TOP + HEIGHT - y(median), colour(series.contestant()));
        double middle = x + BAR / 2.0;
        line("<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#333333\"/>", middle, middle,
            y(series.least(figure)), y(series.most(figure)));
        text(middle, y(series.most(figure)) - 4, "middle", "font-size=\"9\"", Table.number(median));
    }

    private void legend() {
        int y = TOP + HEIGHT + BOTTOM;
        for (String contestant : contestants) {
            line("<rect x=\"%d\" y=\"%d\" width=\"12\" height=\"12\" fill=\"%s\"/>", LEFT, y, colour(contestant));
            text(LEFT + 18, y + 11, "start", "", contestant);
            y += LEGEND;
        }
    }

    private String colour(String contestant) {
        return COLOURS.get(contestants.indexOf(contestant) % COLOURS.size());
    }

    private double y(double value) {
        return TOP + HEIGHT - HEIGHT * value / top;
    }

    private void text(double x, double y, String anchor, String style, String text) {
        line("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" %s>%s</text>", x, y, anchor, style, escaped(text));
    }

    private void line(String format, Object... values) {
        svg.append(values.length == 0 ? format : String.format(Locale.ROOT, format, values)).append('\n');
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
