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
    /** More than any of them takes: a mail is sent as soon as a connection is free. */
    private static final double AT_ONCE = 1e9;
    private static final Duration LONGEST_RUN_UP = Duration.ofSeconds(60);
    private static final double NANOS = 1e9;

    private final MailboxJames james;
    private final int users;
    private final Options options;
    private final Duration patience;
    private final PacedMail chat;
    private final PacedMail others;

    ChatContestant(MailboxJames james, int users, Options options) {
        this.james = james;
        this.users = users;
        this.options = options;
        this.patience = Duration.ofSeconds(options.number("patience", 1));
        int octets = options.number("octets", 0);
        chat = new PacedMail(james.smtpPort(), CONNECTIONS, octets, List.of(MailboxProcess.user(0)));
        others = new PacedMail(james.smtpPort(), CONNECTIONS, octets,
            IntStream.range(1, users).mapToObj(MailboxProcess::user).toList());
    }

    @Override
    public String name() {
        return james.name();
    }

    /** First as fast as may be: at the rate of the rounds, code that a server runs all day would be compiled after hours. */
    @Override
    public void warmUp() throws Exception {
        long deadline = System.nanoTime() + LONGEST_RUN_UP.toNanos();
        int portion = options.number("run-up-portion", 1);
        for (int left = options.number("run-up", 0); left > 0 && System.nanoTime() < deadline; left -= portion) {
            james.emptyInboxes(0, users);
            long before = james.delivered();
            int mails = others.send(System.nanoTime(), Math.min(left, portion), AT_ONCE).size();
            james.awaitDelivered(before + mails, patience);
        }
        measure(options.number("warm-up", 1));
    }

    @Override
    public Map<String, Double> round() throws Exception {
        return measure(options.number("mails", 1));
    }

    /** In parts: before each, the one who chats has read and deleted what came. */
    private Map<String, Double> measure(int mails) throws IOException, InterruptedException {
        List<PacedMail.Sent> sent = new ArrayList<>();
        List<Long> announced = new ArrayList<>();
        james.emptyInboxes(1, users);
        int inbox = options.number("inbox", 1);
        for (int left = mails; left > 0; left -= inbox) {
            james.emptyInboxes(0, 1);
            chat(Math.min(left, inbox), sent, announced);
        }
        return figures(sent, announced);
    }

    private void chat(int mails, List<PacedMail.Sent> allSent, List<Long> allAnnounced) throws IOException, InterruptedException {
        int rate = options.number("rate", 1);
        int background = options.number("background", 0);
        int backgroundMails = (int) ((long) mails * background / rate);
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
            allSent.addAll(sent);
            allAnnounced.addAll(announced);
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
