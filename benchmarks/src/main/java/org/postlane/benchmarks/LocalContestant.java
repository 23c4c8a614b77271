// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks;

import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import org.postlane.benchmarks.frame.Contestant;
import org.postlane.benchmarks.james.MailboxProcess;
import org.postlane.benchmarks.load.MassMail;
import org.postlane.benchmarks.peers.MailboxJames;

/** One mail to the first users of a server. */
record LocalContestant(MailboxJames james, MassMail mail, int recipients, int warmUpMails, Duration patience)
        implements Contestant {
    @Override
    public String name() {
        return james.name();
    }

    @Override
    public void warmUp() throws Exception {
        for (int i = 0; i < warmUpMails; i++) {
            deliver();
        }
    }

    @Override
    public Map<String, Double> round() throws Exception {
        return deliver();
    }

    private Map<String, Double> deliver() throws IOException, InterruptedException {
        List<String> users = IntStream.range(0, recipients).mapToObj(MailboxProcess::user).toList();
        long before = james.delivered();
        double processor = james.processorSeconds();
        long accepted = mail.send(users);
        james.awaitDelivered(before + recipients, patience);
        double seconds = (System.nanoTime() - accepted) / 1e9;
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put("mailboxes/s", recipients / seconds);
        figures.put("seconds", seconds);
        figures.put("recipients", (double) recipients);
        figures.put("processor ms/mailbox", (james.processorSeconds() - processor) * 1000 / recipients);
        return figures;
    }
}
