// SPDX-License-Identifier: Apache-2.0
package org.postlane.lane;

import java.util.function.Supplier;

import org.apache.james.metrics.api.GaugeRegistry;
import org.apache.james.metrics.api.Metric;
import org.apache.james.metrics.api.MetricFactory;
import org.apache.james.metrics.api.TimeMetric;

/** What one lane counts: {@code postlane.lane-local.handedOver} and so on. */
final class LaneMetrics {
    private final MetricFactory factory;
    private final GaugeRegistry gauges;
    private final String prefix;
    private final Metric handedOver;
    private final Metric processed;
    private final Metric failed;
    private final Metric stuck;

    LaneMetrics(MetricFactory factory, GaugeRegistry gauges, String laneName) {
        this.factory = factory;
        this.gauges = gauges;
        this.prefix = "postlane." + laneName;
        this.handedOver = factory.generate(prefix + ".handedOver");
        this.processed = factory.generate(prefix + ".processed");
        this.failed = factory.generate(prefix + ".failed");
        this.stuck = factory.generate(prefix + ".stuck");
    }

    /** Shows how many mails the lane's queue holds; {@code depth} is asked at each look and so must not be slow. */
    void watchDepth(Supplier<Long> depth) {
        gauges.register(prefix + ".depth", depth::get);
    }

    /** Mails that the queue took. */
    void handedOver() {
        handedOver.increment();
    }

    /** Runs of the processor that ended well. */
    void processed() {
        processed.increment();
    }

    /** Runs of the processor that threw. */
    void failed() {
        failed.increment();
    }

    /** Runs that took longer than the lane's timeout, each counted once. */
    void stuck() {
        stuck.increment();
    }

    /** Runs of the processor, however they end. */
    TimeMetric startTimer() {
        return factory.timer(prefix);
    }
}
