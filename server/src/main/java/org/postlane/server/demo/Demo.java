// SPDX-License-Identifier: Apache-2.0
package org.postlane.server.demo;

import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import org.apache.james.dnsservice.api.DNSService;
import org.apache.james.utils.DataProbeImpl;
import org.postlane.server.CleanStop;
import org.postlane.server.Home;
import org.postlane.server.Keystore;
import org.postlane.server.MemoryJames;
import org.postlane.testing.corpus.Corpus;
import org.postlane.testing.corpus.CorpusMessage;

/** The command {@code demo}: the main job on real mail, on loopback, from a directory that is gone afterwards. */
public final class Demo {
    /** Long enough for the first retries, which come after five minutes, to stay out: nothing here should need one. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long TICK_MILLIS = 200;

    private final PrintStream out = System.out;
    private final List<CorpusMessage> messages = Corpus.load();
    private final Ledger ledger = new Ledger(messages);
    private final Account account = new Account(out, messages, ledger);
    private final Ports ports = Ports.choose();
    private final Sinks sinks = new Sinks(ledger);
    private final DemoHome home;
    private final AtomicReference<MemoryJames> james = new AtomicReference<>();
    private volatile boolean stopping;

    private Demo(DemoHome home) {
        this.home = home;
    }

    /**
     * Runs it.
     *
     * @param endAfterAccount whether to return after the account instead of serving until the JVM is told to end
     * @return the exit status: 0 when everything arrived as it should
     */
    public static int run(Home assembly, boolean endAfterAccount) {
        Path root = assembly.requireComplete().root();
        ServersElsewhere.refuse(root.resolve("conf"));
        DemoHome home = DemoHome.copyOf(root);
        // Before the first logger is made.
        System.setProperty("logback.configurationFile", "logback-demo.xml");
        System.setProperty("postlane.demo.log", home.log().toString());
        Demo demo = new Demo(home);
        CleanStop.atExit(demo::stop);
        boolean complete = demo.perform();
        if (!endAfterAccount) {
            demo.serveOn();
        }
        return complete ? 0 : 1;
    }

    private boolean perform() {
        configure();
        out.println("Starting Apache James 3.8.1 (memory) with Postlane in extensions-jars/, log in " + home.log());
        Home where = new Home(home.root());
        Keystore.makeIfMissing(where.keystore(), "localhost");
        LoopbackDns dns = new LoopbackDns(sinks.portOfDomain());
        james.set(MemoryJames.start(where, binder -> binder.bind(DNSService.class).toInstance(dns)));
        populate(james.get());
        new Instructions(out, ports).printAddresses();
        account.printAdaptations();
        out.printf("%nSending each to four recipients at once: %s (a user), %s (an alias), %s (relayed), %s%n",
            Type.LOCAL.recipient(), Type.VIRTUAL.recipient(), Type.RELAY.recipient(), Type.EXTERNAL.recipient());
        Instant begin = Instant.now();
        sendAndWatch();
        if (stopping) {
            awaitEnd();
        }
        account.print(sinks, Duration.between(begin, ledger.lastChange()));
        boolean complete = isComplete();
        out.println(complete ? "\nComplete: every message arrived at every type, once, and intact where SMTP took it."
            : "\nNOT complete; " + home.firstError().map(error -> "James' first error: " + error + "\n").orElse("")
                + "what James said so far is kept in " + home.keepLog());
        return complete;
    }

    private void configure() {
        MemoryJames.readJvmProperties(new Home(home.root()));
        ports.apply();
        System.setProperty("postlane.domain", World.DOMAIN);
        System.setProperty("postlane.relayDomains", World.RELAY_DOMAIN);
        // A password may go over loopback in the clear; nowhere else.
        System.setProperty("postlane.submission.requireTls", "false");
        System.setProperty("postlane.imap.requireTls", "false");
        System.setProperty("postlane.pop3.requireTls", "false");
    }

    private static void populate(MemoryJames james) {
        try {
            DataProbeImpl data = james.server().getProbe(DataProbeImpl.class);
            for (String user : List.of(World.SENDER, Type.LOCAL.recipient(), World.BEHIND_SALES)) {
                data.addUser(user, World.PASSWORD);
            }
            String alias = Type.VIRTUAL.recipient();
            data.addUserAliasMapping(alias.substring(0, alias.indexOf('@')), World.DOMAIN, World.BEHIND_SALES);
        } catch (Exception e) {
            throw new IllegalStateException("James did not take the users of the demonstration", e);
        }
    }

    private void sendAndWatch() {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        ScheduledExecutorService watch = Executors.newScheduledThreadPool(2);
        List<ScheduledFuture<?>> looks = List.of(
            look(watch, new Maildrop(Type.LOCAL, Type.LOCAL.recipient(), ports.pop3(), ledger), failure),
            look(watch, new Maildrop(Type.VIRTUAL, World.BEHIND_SALES, ports.pop3(), ledger), failure));
        CorpusSender sender = new CorpusSender(messages, ports.submission(), ledger);
        Progress progress = new Progress(out, messages.size(), sender::sent, ledger);
        List<Thread> senders = sender.start((thread, error) -> failure.compareAndSet(null, error));
        try {
            while (!stopping && failure.get() == null && !finished(senders) && !stuck()) {
                progress.show();
                TimeUnit.MILLISECONDS.sleep(TICK_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        looks.forEach(look -> look.cancel(false));
        watch.shutdown();
        progress.end();
        if (failure.get() != null && !stopping) {
            out.println("Sending or reading went wrong: " + failure.get().getMessage());
        }
    }

    private static ScheduledFuture<?> look(ScheduledExecutorService watch, Maildrop box, AtomicReference<Throwable> failure) {
        return watch.scheduleWithFixedDelay(() -> {
            try {
                box.look();
            } catch (RuntimeException | Error e) {
                failure.compareAndSet(null, e);
                throw e;
            }
        }, 0, Maildrop.INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
    }

    private boolean finished(List<Thread> senders) {
        return senders.stream().noneMatch(Thread::isAlive) && ledger.settled();
    }

    private boolean stuck() {
        return ledger.lastChange().plus(PATIENCE).isBefore(Instant.now());
    }

    private boolean isComplete() {
        for (Type type : Type.values()) {
            Ledger.Sum sum = ledger.sum(type);
            boolean outside = type == Type.RELAY || type == Type.EXTERNAL;
            boolean changed = outside && sum.intact() != messages.size();
            if (changed || !sum.complete(messages.size())) {
                return false;
            }
        }
        return true;
    }

    private void serveOn() {
        new Instructions(out, ports).printByHand();
        sinks.tell(mail -> out.println("  [outside] " + mail));
        awaitEnd();
    }

    private static void awaitEnd() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void stop() {
        stopping = true;
        out.println("\nStopping.");
        MemoryJames running = james.get();
        if (running != null) {
            running.stop();
        }
        sinks.close();
        home.delete();
        out.println("Stopped; " + home.root() + " is deleted.");
    }
}
