// SPDX-License-Identifier: Apache-2.0
package org.postlane.server.demo;

import java.util.Map;
import java.util.function.Consumer;

import org.postlane.testing.ReceivedMail;
import org.postlane.testing.SmtpServer;
import org.postlane.testing.Statistics;

/** The world outside: one SMTP server that plays the Internet, and one that plays the next hop of the relay domain. */
final class Sinks implements AutoCloseable {
    private final SmtpServer internet;
    private final SmtpServer nextHop;
    private volatile Consumer<ReceivedMail> afterwards = mail -> { };

    Sinks(Ledger ledger) {
        this.internet = sink(Type.EXTERNAL, ledger);
        this.nextHop = sink(Type.RELAY, ledger);
    }

    private SmtpServer sink(Type type, Ledger ledger) {
        return SmtpServer.builder()
            .withoutMails()
            .withoutTranscripts()
            .onReceived(mail -> {
                ledger.arrived(type, mail.content(), mail.receivedAt());
                afterwards.accept(mail);
            })
            .start();
    }

    /** Who is told of every further mail, on the thread of its connection. */
    void tell(Consumer<ReceivedMail> listener) {
        afterwards = listener;
    }

    /** The port of the MX of each domain outside. */
    Map<String, Integer> portOfDomain() {
        return Map.of(World.EXTERNAL_DOMAIN, internet.port(), World.RELAY_DOMAIN, nextHop.port());
    }

    /** What the sink of this type counted. */
    Statistics statistics(Type type) {
        return type == Type.RELAY ? nextHop.statistics() : internet.statistics();
    }

    @Override
    public void close() {
        internet.close();
        nextHop.close();
    }
}
