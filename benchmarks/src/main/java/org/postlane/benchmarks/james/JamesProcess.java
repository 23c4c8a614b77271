// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks.james;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import javax.inject.Inject;

import com.google.inject.Module;
import com.google.inject.Scopes;
import com.sun.management.OperatingSystemMXBean;
import jdk.jfr.Recording;
import org.apache.james.dnsservice.api.DNSService;
import org.apache.james.queue.api.MailQueue;
import org.apache.james.queue.api.MailQueueFactory;
import org.apache.james.queue.api.ManageableMailQueue;
import org.apache.james.queue.memory.MemoryMailQueueFactory;
import org.postlane.server.DurableJames;
import org.postlane.server.Home;
import org.postlane.server.MemoryJames;

/**
 * The main class of a James that is measured: a server from {@code working.directory}, and a {@link Conversation} over standard
 * input and output. The first argument says what it keeps its mail in; where that is not memory, nothing can be held. A second
 * one is the port of all mail servers of {@link LoopbackNames}, and these are its DNS then. The process ends when its input does.
 */
public final class JamesProcess {
    public static final String MEMORY = "memory";
    public static final String DURABLE = "durable";

    private final Gate gate = new Gate();
    private Recording recording;
    private LiveHeap heap;

    private JamesProcess(Home home, String store, Module dns) {
        if (store.equals(DURABLE)) {
            DurableJames.start(home, dns, binder -> binder.requestInjection(new QueueSize(gate)));
            return;
        }
        Module held = binder -> {
            binder.bind(Gate.class).toInstance(gate);
            binder.bind(HoldingQueues.class).in(Scopes.SINGLETON);
            binder.bind(MemoryMailQueueFactory.class).to(HoldingQueues.class);
        };
        MemoryJames.start(home, held, dns);
    }

    /** Answers {@code ready} when it takes mail. */
    public static void main(String[] args) throws Exception {
        Home home = Home.locate();
        MemoryJames.readJvmProperties(home);
        Module dns = args.length > 1
            ? binder -> binder.bind(DNSService.class).toInstance(new LoopbackNames(Integer.parseInt(args[1])))
            : binder -> { };
        Conversation.hold(() -> new JamesProcess(home, args[0], dns).commands());
    }

    /** Says how many mails wait in a queue that cannot be held. */
    private static final class QueueSize {
        private final Gate gate;

        private QueueSize(Gate gate) {
            this.gate = gate;
        }

        @Inject
        void of(MailQueueFactory<? extends ManageableMailQueue> queues) {
            gate.countBy(() -> queues.getQueue(HoldingQueues.OUTGOING).map(QueueSize::size).orElse(0L));
        }

        private static long size(ManageableMailQueue queue) {
            try {
                return queue.getSize();
            } catch (MailQueue.MailQueueException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private Map<String, Conversation.Command> commands() {
        return Map.ofEntries(
            Map.entry("hold", nothing -> {
                gate.hold();
                return "held";
            }),
            Map.entry("release", nothing -> {
                gate.release();
                return "released";
            }),
            Map.entry("empty", nothing -> {
                gate.empty();
                return "emptied";
            }),
            Map.entry("kept", nothing -> gate.keptSinceHold()),
            Map.entry("spooled", nothing -> gate.spooled()),
            Map.entry("came", nothing -> gate.lastCameAtNanos()),
            Map.entry("outgoing", nothing -> gate.size()),
            Map.entry("submit", this::submit),
            Map.entry("discarded", nothing -> CountedNull.seen()),
            Map.entry("await-discarded", number -> {
                CountedNull.await(Long.parseLong(number));
                return "reached";
            }),
            Map.entry("watch-heap", nothing -> {
                heap = LiveHeap.watch();
                return "watching";
            }),
            Map.entry("heap-growth", nothing -> {
                heap.close();
                return heap.growth();
            }),
            Map.entry("record", nothing -> {
                recording = Recordings.begin();
                return "recording";
            }),
            Map.entry("recorded", file -> {
                Recordings.end(recording, Path.of(file));
                return "written";
            }),
            Map.entry("cpu", nothing -> processorNanos()));
    }

    private Object submit(String about) throws Exception {
        int[] numbers = Arrays.stream(about.split(" ")).mapToInt(Integer::parseInt).toArray();
        return ManyRecipients.submit(gate.spool(), numbers[0], numbers[1], numbers[2], numbers[3]);
    }

    /** What this process has used. */
    static long processorNanos() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    }
}
