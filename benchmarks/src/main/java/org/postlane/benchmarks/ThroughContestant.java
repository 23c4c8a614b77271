// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;

import org.postlane.benchmarks.frame.Contestant;
import org.postlane.benchmarks.peers.Delivery;
import org.postlane.benchmarks.peers.James;
import org.postlane.benchmarks.sink.Counts;
import org.postlane.benchmarks.sink.Milestone;

/** From the first connection of the injector until the last mail is out, or where nothing goes out, at the end of its way. */
record ThroughContestant(Station station, int mails, int warmUpMails) implements Contestant {
    @Override
    public String name() {
        return station.server().name();
    }

    @Override
    public void warmUp() throws Exception {
        through(warmUpMails);
    }

    @Override
    public Map<String, Double> round() throws Exception {
        return through(mails);
    }

    private Map<String, Double> through(int count) throws IOException, InterruptedException {
        station.awaitIdle();
        Counts before = station.sink().counts();
        Milestone last = station.sink().expect(count);
        James discarding = station.server() instanceof James james && james.delivery() == Delivery.DISCARDING ? james : null;
        long discarded = discarding == null ? 0 : discarding.discarded();
        OptionalDouble processor = station.server().processorSeconds();
        long begin = System.nanoTime();
        station.injector().send(count);
        long end;
        if (discarding == null) {
            end = last.await(station.patience());
        } else {
            discarding.awaitDiscarded(discarded + count);
            end = System.nanoTime();
        }
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put("mails/s", count / ((end - begin) / 1e9));
        figures.put("connections", (double) station.sink().counts().since(before).connections());
        if (processor.isPresent()) {
            double used = station.server().processorSeconds().orElseThrow() - processor.getAsDouble();
            figures.put("processor ms/mail", used * 1000 / count);
        }
        return figures;
    }
}
