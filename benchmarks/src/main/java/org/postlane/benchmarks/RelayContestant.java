// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks;

import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;

import org.postlane.benchmarks.frame.Contestant;
import org.postlane.benchmarks.sink.Counts;
import org.postlane.benchmarks.sink.Milestone;

/** A full queue and a host some way off: from the moment in which the queue is let go until the last mail is accepted. */
record RelayContestant(Station station, Duration roundTrip, int mails, int warmUpMails) implements Contestant {
    /** One of so many mails is among the last: a few that come late hide how fast all others were. */
    private static final int TAIL = 20;

    @Override
    public String name() {
        return station.server().name();
    }

    @Override
    public void warmUp() throws Exception {
        relay(warmUpMails);
    }

    @Override
    public Map<String, Double> round() throws Exception {
        return relay(mails);
    }

    private Map<String, Double> relay(int count) throws IOException, InterruptedException {
        station.awaitIdle();
        station.disconnect();
        station.proxy().setRoundTrip(roundTrip);
        station.server().hold();
        station.injector().send(count);
        station.awaitKept(count);
        Counts before = station.sink().counts();
        int most = Math.max(1, count - count / TAIL);
        Milestone tail = station.sink().expect(most);
        Milestone last = station.sink().expect(count);
        OptionalDouble processor = station.server().processorSeconds();
        long begin = System.nanoTime();
        station.server().release();
        double seconds = (last.await(station.patience()) - begin) / 1e9;
        Counts counted = station.sink().counts().since(before);
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put("mails/s", count / seconds);
        figures.put("mails/s without the last 5 %", most / ((tail.await(station.patience()) - begin) / 1e9));
        figures.put("connections", (double) counted.connections());
        if (processor.isPresent()) {
            double used = station.server().processorSeconds().orElseThrow() - processor.getAsDouble();
            figures.put("processor ms/mail", used * 1000 / count);
        }
        return figures;
    }
}
