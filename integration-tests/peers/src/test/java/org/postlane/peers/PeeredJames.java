// SPDX-License-Identifier: Apache-2.0
package org.postlane.peers;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.postlane.testing.SmtpDialogue;
import org.postlane.testing.TestTls;
import org.postlane.testing.docker.ComposedJames;
import org.testcontainers.containers.Network;

/**
 * The James of {@code docker-compose.yml} and mail servers of others in its network, found by their names: Postfix is the MX of
 * {@link Peer#DOMAIN}, and the gateway, with AUTH over a verified TLS, for what {@link #GATED} sends; Dovecot has the
 * mailboxes of {@link #BOX} and takes their mail over LMTP; nobody answers for {@link #DEAD}.
 */
final class PeeredJames implements AutoCloseable {
    static final String ALICE = "alice@here.test";
    static final String GATED = "ann@gated.test";
    static final String BOX = "box.test";
    static final String DEAD = "dead.test";

    private static final String LMTP_HOST = "lmtp.peer.test";
    private static final String PASSWORD = "correct horse";
    private static final TestTls TLS = TestTls.forHost("mail.here.test");

    private final ComposedJames james;
    private Peer dns;
    private Peer postfix;
    private Peer dovecot;

    /** A network that Compose has made, and will remove. */
    private record ComposeNetwork(String getId) implements Network {
        @Override
        public void close() {
            // Its owner does.
        }
    }

    /**
     * Starts the peers, and prepares James.
     *
     * @param conf an empty directory for the configuration
     * @param files another for what the peers need
     */
    PeeredJames(Path conf, Path files, Map<String, String> settings) {
        Map<String, String> all = new HashMap<>(settings);
        all.put("POSTLANE_JAVA_OPTIONS", "-Dpostlane.domain=here.test -Dpostlane.relayDomains=" + BOX
            + " -Dpostlane.keystore.secret=" + TLS.password());
        james = new ComposedJames(Path.of(System.getProperty("postlane.root")), conf, all);
        try {
            PeerTls tls = PeerTls.in(files);
            Files.copy(tls.directory().resolve("certificate.pem"), conf.resolve("peer.pem"));
            Files.write(conf.resolve("keystore"), Files.readAllBytes(TLS.keyStoreFile()));
            james.compose().run(ComposedJames.BUILD_LIMIT, "up", "--no-start");
            Network network = new ComposeNetwork(james.project() + "_default");
            dns = Peer.start("dns", tls, List.of(), List.of(), container -> container.withNetwork(network));
            postfix = Peer.start("postfix", tls, List.of(25, 587), List.of(),
                container -> container.withNetwork(network).withNetworkAliases(Peer.HOST));
            dovecot = Peer.start("dovecot", tls, List.of(24), List.of(),
                container -> container.withNetwork(network).withNetworkAliases(LMTP_HOST));
            configure();
        } catch (IOException e) {
            close();
            throw new UncheckedIOException(e);
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private void configure() {
        james.edit("dnsservice.xml", "<autodiscover>true</autodiscover>",
            "<servers><server>" + dns.ownAddress() + "</server></servers><autodiscover>false</autodiscover>");
        james.edit("mailetcontainer.xml", "<outgoing>outgoing-relay</outgoing>", "<outgoing>outgoing-relay</outgoing>"
            + "<gateway>" + LMTP_HOST + "</gateway><gatewayProtocol>lmtp</gatewayProtocol><tls>required</tls>");
        james.edit("mailetcontainer.xml", "<maxConnectionsPerHost>", "<routes>\n"
            + "from:gated.test = " + Peer.HOST + ":587 (user=alice password=\"" + PASSWORD
            + "\" tls=verified trustStore=conf/peer.pem)\n"
            + DEAD + " = 127.0.0.1:1\n"
            + "</routes><maxConnectionsPerHost>");
    }

    /** Starts James, unless it runs, and creates its users. */
    void start() {
        james.compose().run("up", "-d");
        james.awaitHealth();
        james.user(ALICE, PASSWORD);
        james.user(GATED, PASSWORD);
    }

    ComposedJames james() {
        return james;
    }

    Peer postfix() {
        return postfix;
    }

    Peer dovecot() {
        return dovecot;
    }

    /** A user of James submits a mail, over STARTTLS and with his password. */
    void submit(String from, String to, String subject) {
        try (SmtpDialogue smtp = SmtpDialogue.greeted(address(587))) {
            smtp.startTls(TLS.clientContext());
            smtp.authPlain(from, PASSWORD);
            smtp.sendMail(from, List.of(to), message(from, subject));
        }
    }

    /** The world sends a mail to this server. */
    void receive(String to, String subject) {
        try (SmtpDialogue smtp = SmtpDialogue.greeted(address(25))) {
            smtp.sendMail("stranger@elsewhere.test", List.of(to), message("stranger@elsewhere.test", subject));
        }
    }

    private InetSocketAddress address(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), james.port(port));
    }

    private static byte[] message(String from, String subject) {
        return ("From: " + from + "\r\nSubject: " + subject + "\r\n\r\nhello\r\n").getBytes(US_ASCII);
    }

    /** The peers first: a network that is in use cannot be removed. */
    @Override
    public void close() {
        for (Peer peer : new Peer[] {dns, postfix, dovecot}) {
            if (peer != null) {
                peer.close();
            }
        }
        james.close();
    }
}
