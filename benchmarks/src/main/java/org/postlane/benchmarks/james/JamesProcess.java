// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks.james;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

import com.google.inject.Module;
import com.google.inject.Scopes;
import com.sun.management.OperatingSystemMXBean;
import jdk.jfr.Recording;
import org.apache.james.dnsservice.api.DNSService;
import org.apache.james.queue.memory.MemoryMailQueueFactory;
import org.postlane.server.Home;
import org.postlane.server.MemoryJames;

/**
 * The main class of a James that is measured: a memory server from {@code working.directory}, and a {@link Conversation} over
 * standard input and output. With an argument that is the port of all mail servers of {@link LoopbackNames}, and these are its
 * DNS then. The process ends when its input does.
 */
public final class JamesProcess {
    private final Gate gate = new Gate();
    private Recording recording;
    private LiveHeap heap;

    private JamesProcess(Home home, String... mxPort) {
        Module held = binder -> {
            binder.bind(Gate.class).toInstance(gate);
            binder.bind(HoldingQueues.class).in(Scopes.SINGLETON);
            binder.bind(MemoryMailQueueFactory.class).to(HoldingQueues.class);
            if (mxPort.length > 0) {
                binder.bind(DNSService.class).toInstance(new LoopbackNames(Integer.parseInt(mxPort[0])));
            }
        };
        MemoryJames.start(home, held);
    }

    /** Answers {@code ready} when it takes mail. */
    public static void main(String[] args) throws Exception {
        Home home = Home.locate();
        MemoryJames.readJvmProperties(home);
        Conversation.hold(new JamesProcess(home, args).commands());
        // Not its orderly stop: nobody needs what it still has, and the next benchmark waits.
        Runtime.getRuntime().halt(0);
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
