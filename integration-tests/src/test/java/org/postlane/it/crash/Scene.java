// SPDX-License-Identifier: Apache-2.0
package org.postlane.it.crash;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.postlane.it.ServerProcess;
import org.postlane.testing.feed.Feeder;
import org.postlane.testing.feed.Findings;
import org.postlane.testing.feed.Letter;
import org.postlane.testing.fleet.Fleet;
import org.postlane.testing.fleet.HostBehaviour;

/** A durable server with the users of {@link Letter}, and a host elsewhere to which it sends everything that is not for them. */
final class Scene implements Closeable {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    /** More, for each mail: those of many kills are read for minutes. */
    private static final Duration PATIENCE_FOR_A_MAIL = Duration.ofMillis(40);

    private final Fleet fleet = Fleet.at("127.0.0.1");
    private final ServerProcess server;
    private final Findings findings = new Findings("");
    private final Set<String> putOff = ConcurrentHashMap.newKeySet();

    /** Lays the server into a directory; it does not run yet. */
    Scene(Path directory) throws IOException {
        fleet.byDefault(host());
        fleet.onMail(findings::took);
        server = new ServerProcess(directory).arguments("--store", "durable").jvmOption("-Xmx1g");
        server.replace("mailetcontainer.xml", "<outgoing>outgoing</outgoing>",
            "<outgoing>outgoing</outgoing>\n<gateway>127.0.0.1:" + fleet.port()
                + "</gateway>\n<delayTime>2 s</delayTime>\n<maxRetries>1000</maxRetries>");
    }

    /** Refuses some, puts some off once, and is slow enough to have mail on its way at any moment. */
    private HostBehaviour host() {
        return HostBehaviour.healthy().slow(Duration.ofMillis(10)).rcpt(recipient -> {
            if (recipient.startsWith("no")) {
                return "550 5.1.1 no such user";
            }
            return recipient.startsWith("later") && putOff.add(recipient) ? "451 4.2.0 later" : "250 2.1.5 ok";
        });
    }

    /** To be told more before its start. */
    ServerProcess server() {
        return server;
    }

    /** Starts the server for the first time, and makes the users. */
    ServerProcess begin() throws IOException {
        server.start();
        server.addDomain("home.test");
        Set.of(Letter.SENDER, Letter.BOB, Letter.CAROL).forEach(server::addUser);
        server.addAlias(Letter.ALIAS, Letter.CAROL);
        return server;
    }

    /** Clients that begin to submit mail. */
    Feeder feed(int clients) {
        return new Feeder("", ServerProcess.SECRET, clients, List.of(() -> server.port("submission")));
    }

    /** Connections to the host elsewhere that are open now. */
    int connections() {
        return fleet.open();
    }

    /** Waits until each copy of these mails has been found, in a mailbox here or at the host elsewhere. */
    Findings findAll(String what, Collection<Letter> letters) {
        await(what).atMost(PATIENCE.plus(PATIENCE_FOR_A_MAIL.multipliedBy(letters.size()))).pollInterval(Duration.ofSeconds(1))
            .untilAsserted(() -> assertThat(findings.missing(letters, server::pop3)).as(what + ": lost").isEmpty());
        return findings;
    }

    /** How many reports of failure the sender has. */
    long reports() {
        return server.inbox(Letter.SENDER).stream()
            .filter(message -> new String(message, ISO_8859_1).contains("\r\nAction: failed\r\n")).count();
    }

    @Override
    public void close() {
        server.close();
        fleet.close();
    }
}
