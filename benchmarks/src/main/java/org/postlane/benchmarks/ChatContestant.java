// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

import org.postlane.benchmarks.frame.Contestant;
import org.postlane.benchmarks.frame.Options;
import org.postlane.benchmarks.james.MailboxProcess;
import org.postlane.benchmarks.load.IdleClient;
import org.postlane.benchmarks.load.PacedMail;
import org.postlane.benchmarks.peers.MailboxJames;

/** The first user chats; the others get mail meanwhile. */
final class ChatContestant implements Contestant {
    /** So many mails may wait for a reply before the schedule slips. */
    private static final int CONNECTIONS = 8;
    private static final long LEAD_NANOS = 200_000_000;
    private static final double NANOS = 1e9;

    private final MailboxJames james;
    private final Options options;
    private final PacedMail chat;
    private final PacedMail others;

    ChatContestant(MailboxJames james, int users, Options options) {
        this.james = james;
        this.options = options;
        int octets = options.number("octets", 0);
        chat = new PacedMail(james.smtpPort(), CONNECTIONS, octets, List.of(MailboxProcess.user(0)));
        others = new PacedMail(james.smtpPort(), CONNECTIONS, octets,
            IntStream.range(1, users).mapToObj(MailboxProcess::user).toList());
    }

    @Override
    public String name() {
        return james.name();
    }

    @Override
    public void warmUp() throws Exception {
        chat(options.number("warm-up", 1));
    }

    @Override
    public Map<String, Double> round() throws Exception {
        return chat(options.number("mails", 1));
    }

    private Map<String, Double> chat(int mails) throws IOException, InterruptedException {
        int rate = options.number("rate", 1);
        int background = options.number("background", 0);
        int backgroundMails = (int) ((long) mails * background / rate);
        Duration patience = Duration.ofSeconds(options.number("patience", 1));
        long before = james.delivered();
        ExecutorService beside = Executors.newSingleThreadExecutor();
        try (IdleClient client = IdleClient.open(james.imapPort(), MailboxProcess.user(0), MailboxProcess.PASSWORD)) {
            long begin = System.nanoTime() + LEAD_NANOS;
            Future<List<PacedMail.Sent>> load =
                beside.submit(() -> background == 0 ? List.of() : others.send(begin, backgroundMails, background));
            List<PacedMail.Sent> sent = chat.send(begin, mails, rate);
            List<Long> announced = client.await(mails, patience);
            int loaded = load.get().size();
            james.awaitDelivered(before + mails + loaded, patience);
            return figures(sent, announced);
        } catch (ExecutionException e) {
            throw new IOException("the mail to others: " + e.getCause().getMessage(), e.getCause());
        } finally {
            beside.shutdownNow();
        }
    }

    /** The first one accepted is taken for the first one announced, and so on: an announcement is a number, and tells no more. */
    static Map<String, Double> figures(List<PacedMail.Sent> sent, List<Long> announced) {
        List<Long> accepted = new ArrayList<>(sent.stream().map(PacedMail.Sent::accepted).toList());
        Collections.sort(accepted);
        Percentiles fromReply = Percentiles.of(IntStream.range(0, sent.size())
            .mapToDouble(i -> (announced.get(i) - accepted.get(i)) / NANOS * 1000).toArray());
        Percentiles fromSchedule = Percentiles.of(IntStream.range(0, sent.size())
            .mapToDouble(i -> (announced.get(i) - sent.get(i).due()) / NANOS * 1000).toArray());
        Map<String, Double> figures = fromReply.figures("ms");
        figures.put("p99 ms from when it was due", fromSchedule.at(0.99));
        return figures;
    }
}
