// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks.james;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.Map;
import java.util.concurrent.Callable;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a server that is measured is asked over standard input: a word, and behind a space what it is about, a line. Each answer
 * is a line that begins with {@link #ANSWER}; everything else on standard output is James'.
 */
public final class Conversation {
    public static final String ANSWER = "answer ";
    private static final Logger LOGGER = LoggerFactory.getLogger(Conversation.class);

    /** What one word does. */
    interface Command {
        /**
         * Carries it out.
         *
         * @param about the rest of the line; empty where nothing was said
         */
        Object perform(String about) throws Exception;
    }

    private Conversation() {
    }

    /**
     * Starts a server, says {@code ready}, and answers until the input ends. Then, or where something fails, the process ends,
     * without the server's orderly stop: nobody needs what it still has, and the next benchmark waits.
     *
     * @param server starts it, and gives its commands
     */
    static void hold(Callable<Map<String, Command>> server) {
        try {
            hold(server.call());
        } catch (Exception | LinkageError e) {
            LOGGER.error("The server that is measured ends", e);
        } finally {
            Runtime.getRuntime().halt(0);
        }
    }

    private static void hold(Map<String, Command> commands) throws Exception {
        answer("ready");
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String[] parts = line.split(" ", 2);
            Command command = commands.get(parts[0]);
            if (command == null) {
                throw new IllegalArgumentException(line);
            }
            answer(command.perform(parts.length > 1 ? parts[1] : ""));
        }
    }

    private static void answer(Object answer) {
        System.out.println(ANSWER + answer);
        System.out.flush();
    }
}
