// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks.james;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;

import com.google.inject.Module;
import com.google.inject.Scopes;
import com.sun.management.OperatingSystemMXBean;
import jdk.jfr.Recording;
import org.apache.james.dnsservice.api.DNSService;
import org.apache.james.queue.memory.MemoryMailQueueFactory;
import org.postlane.server.Home;
import org.postlane.server.MemoryJames;

/**
 * The main class of a James that is measured: a memory server from {@code working.directory}, and a conversation over standard
 * input and output, one word and its numbers a line. Each answer is a line that begins with {@link #ANSWER}; everything
 * else on standard output is James'. The process ends when its input does.
 */
public final class JamesProcess {
    public static final String ANSWER = "answer ";
    /** System property: the port of all mail servers of {@link LoopbackNames}, which then are James' DNS. */
    public static final String MX_PORT = "postlane.benchmarks.mxPort";

    private final Gate gate = new Gate();
    private Recording recording;

    private LiveHeap heap;

    private JamesProcess(Home home) {
        Module held = binder -> {
            binder.bind(Gate.class).toInstance(gate);
            binder.bind(HoldingQueues.class).in(Scopes.SINGLETON);
            binder.bind(MemoryMailQueueFactory.class).to(HoldingQueues.class);
            Integer mxPort = Integer.getInteger(MX_PORT);
            if (mxPort != null) {
                binder.bind(DNSService.class).toInstance(new LoopbackNames(mxPort));
            }
        };
        MemoryJames.start(home, held);
    }

    /** Answers {@code ready} when it takes mail. */
    public static void main(String[] args) throws Exception {
        Home home = Home.locate();
        MemoryJames.readJvmProperties(home);
        new JamesProcess(home).converse();
        // Not its orderly stop: nobody needs what it still has, and the next benchmark waits.
        Runtime.getRuntime().halt(0);
    }

    private void converse() throws Exception {
        answer("ready");
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, UTF_8));
        for (String command = commands.readLine(); command != null; command = commands.readLine()) {
            String[] words = command.split(" ");
            switch (words[0]) {
                case "hold" -> {
                    gate.hold();
                    answer("held");
                }
                case "release" -> {
                    gate.release();
                    answer("released");
                }
                case "kept" -> answer(gate.keptSinceHold());
                case "spooled" -> answer(gate.spooled());
                case "came" -> answer(gate.lastCameAtNanos());
                case "empty" -> {
                    gate.empty();
                    answer("emptied");
                }
                case "submit" -> answer(ManyRecipients.submit(gate.spool(), Integer.parseInt(words[1]),
                    Integer.parseInt(words[2]), Integer.parseInt(words[3]), Integer.parseInt(words[4])));
                case "watch-heap" -> {
                    heap = LiveHeap.watch();
                    answer("watching");
                }
                case "heap-growth" -> {
                    heap.close();
                    answer(heap.growth());
                }
                case "outgoing" -> answer(gate.size());
                case "discarded" -> answer(CountedNull.seen());
                case "await-discarded" -> {
                    CountedNull.await(Long.parseLong(words[1]));
                    answer("reached");
                }
                case "record" -> {
                    recording = Recordings.begin();
                    answer("recording");
                }
                case "recorded" -> {
                    // The rest of the line: a path may have spaces.
                    Recordings.end(recording, Path.of(command.substring(words[0].length() + 1)));
                    answer("written");
                }
                case "cpu" -> answer(((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime());
                default -> throw new IllegalArgumentException(command);
            }
        }
    }

    private static void answer(Object answer) {
        System.out.println(ANSWER + answer);
        System.out.flush();
    }
}
