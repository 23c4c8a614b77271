// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks.james;

import java.lang.management.ManagementFactory;
import java.util.Map;

import com.google.inject.Module;
import com.google.inject.Scopes;
import com.sun.management.OperatingSystemMXBean;
import org.apache.james.queue.memory.MemoryMailQueueFactory;
import org.postlane.server.Home;
import org.postlane.server.MemoryJames;

/**
 * The main class of a James that is measured: a memory server from {@code working.directory}, and a {@link Conversation} over
 * standard input and output. The process ends when its input does.
 */
public final class JamesProcess {
    private final Gate gate = new Gate();

    private JamesProcess(Home home) {
        Module held = binder -> {
            binder.bind(Gate.class).toInstance(gate);
            binder.bind(HoldingQueues.class).in(Scopes.SINGLETON);
            binder.bind(MemoryMailQueueFactory.class).to(HoldingQueues.class);
        };
        MemoryJames.start(home, held);
    }

    /** Answers {@code ready} when it takes mail. */
    public static void main(String[] args) throws Exception {
        Home home = Home.locate();
        MemoryJames.readJvmProperties(home);
        Conversation.hold(new JamesProcess(home).commands());
        // Not its orderly stop: nobody needs what it still has, and the next benchmark waits.
        Runtime.getRuntime().halt(0);
    }

    private Map<String, Conversation.Command> commands() {
        return Map.of(
            "hold", number -> {
                gate.hold();
                return "held";
            },
            "release", number -> {
                gate.release();
                return "released";
            },
            "kept", number -> gate.keptSinceHold(),
            "outgoing", number -> gate.size(),
            "discarded", number -> CountedNull.seen(),
            "await-discarded", number -> {
                CountedNull.await(number);
                return "reached";
            },
            "cpu", number -> processorNanos());
    }

    /** What this process has used. */
    static long processorNanos() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    }
}
