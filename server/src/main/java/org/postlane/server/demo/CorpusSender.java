// SPDX-License-Identifier: Apache-2.0
package org.postlane.server.demo;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import org.postlane.testing.SmtpDialogue;
import org.postlane.testing.corpus.CorpusMessage;

/** Submits the corpus with AUTH over a few connections, each message to one recipient of every type at once. */
final class CorpusSender {
    private static final int CONNECTIONS = 4;

    private final List<CorpusMessage> messages;
    private final int port;
    private final Ledger ledger;
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicInteger sent = new AtomicInteger();

    CorpusSender(List<CorpusMessage> messages, int port, Ledger ledger) {
        this.messages = messages;
        this.port = port;
        this.ledger = ledger;
    }

    /** Starts sending; the threads end when all is sent, or with the first dialogue that goes wrong. */
    List<Thread> start(Thread.UncaughtExceptionHandler failed) {
        List<Thread> threads = new ArrayList<>();
        for (int number = 1; number <= CONNECTIONS; number++) {
            Thread thread = new Thread(this::sendSome, "corpus-" + number);
            thread.setDaemon(true);
            thread.setUncaughtExceptionHandler(failed);
            threads.add(thread);
            thread.start();
        }
        return threads;
    }

    /** How many messages were sent to their end. */
    int sent() {
        return sent.get();
    }

    private void sendSome() {
        try (SmtpDialogue dialogue = SmtpDialogue.connect(Ports.HOST, port)) {
            dialogue.expect(220);
            dialogue.ehlo("corpus.example");
            SmtpDialogue.Reply login = dialogue.authPlain(World.SENDER, World.PASSWORD);
            if (login.code() != 235) {
                throw new IllegalStateException("AUTH was answered " + login.text());
            }
            for (int index = next.getAndIncrement(); index < messages.size(); index = next.getAndIncrement()) {
                send(dialogue, index);
                sent.incrementAndGet();
            }
            dialogue.quit();
        }
    }

    private void send(SmtpDialogue dialogue, int index) {
        dialogue.ehlo(Mark.ehloName(index));
        dialogue.command("MAIL FROM:<" + World.SENDER + "> BODY=8BITMIME", 250);
        List<Type> granted = new ArrayList<>();
        for (Type type : Type.values()) {
            int code = dialogue.command("RCPT TO:<" + type.recipient() + ">").code();
            if (code / 100 == 2) {
                granted.add(type);
            } else {
                ledger.declined(type, code);
            }
        }
        if (granted.isEmpty()) {
            dialogue.command("RSET", 250);
            return;
        }
        dialogue.command("DATA", 354);
        int code = dialogue.sendContent(messages.get(index).wire()).readReply().code();
        Instant answered = Instant.now();
        for (Type type : granted) {
            if (code / 100 == 2) {
                ledger.accepted(type, index, answered);
            } else {
                ledger.declined(type, code);
            }
        }
    }
}
