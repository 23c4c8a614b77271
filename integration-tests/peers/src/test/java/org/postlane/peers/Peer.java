// SPDX-License-Identifier: Apache-2.0
package org.postlane.peers;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.postlane.testing.docker.Command;

/**
 * A mail server from Debian's packages, in a container of its own: the image is made from {@code src/test/docker/<name>} under a
 * name that stays, so that only the first build on a machine takes long. Its ports are published on 127.0.0.1.
 *
 * <p>It serves {@link #DOMAIN} under the name {@link #HOST}, and keeps the mail of each user in a Maildir.
 */
final class Peer implements AutoCloseable {
    static final String HOST = "mx.peer.test";
    static final String DOMAIN = "peer.test";

    /** The packages are downloaded on a machine that never built the image. */
    private static final Duration BUILD_LIMIT = Duration.ofMinutes(10);
    private static final Duration START_LIMIT = Duration.ofMinutes(1);
    private static final Duration COMMAND_LIMIT = Duration.ofMinutes(1);
    private static final int GREETING_MILLIS = 5000;
    private static final Command DOCKER = new Command(Path.of(System.getProperty("postlane.peers")), Map.of());

    private final PeerTls tls;
    private final String container;
    private final Map<Integer, Integer> published;

    private Peer(PeerTls tls, String container, Map<Integer, Integer> published) {
        this.tls = tls;
        this.container = container;
        this.published = published;
    }

    /**
     * Builds, starts, and waits until it greets.
     *
     * @param name the directory of its Dockerfile
     * @param tls its certificate; the files beside it lie in {@code /etc/peer} of the container
     * @param greeting ports that greet with 220
     * @param silent ports that wait for a TLS handshake
     */
    static Peer start(String name, PeerTls tls, List<Integer> greeting, List<Integer> silent) {
        String image = "postlane-peer-" + name + ":test";
        docker(BUILD_LIMIT, "build", "--quiet", "--tag", image, name);
        String container = "postlane-peer-" + name + "-" + UUID.randomUUID().toString().substring(0, 8);
        List<Integer> ports = Stream.concat(greeting.stream(), silent.stream()).toList();
        // A name server that is not there: no look-up leaves the machine, or waits.
        List<String> create = new ArrayList<>(List.of("create", "--name", container, "--dns", "127.0.0.1"));
        ports.forEach(port -> create.addAll(List.of("--publish", "127.0.0.1::" + port)));
        create.add(image);
        docker(COMMAND_LIMIT, create.toArray(String[]::new));
        try {
            docker(COMMAND_LIMIT, "cp", tls.directory().toString(), container + ":/etc/peer");
            docker(COMMAND_LIMIT, "start", container);
            Peer peer = new Peer(tls, container, ports.stream()
                .collect(Collectors.toUnmodifiableMap(port -> port, port -> published(container, port))));
            await("greetings of " + name).atMost(START_LIMIT).pollInterval(Duration.ofMillis(200))
                .until(() -> peer.isRunning() && greeting.stream().allMatch(peer::greets));
            return peer;
        } catch (RuntimeException | Error e) {
            String log = DOCKER.run(COMMAND_LIMIT, List.of("docker", "logs", container)).output();
            docker(COMMAND_LIMIT, "rm", "--force", container);
            throw new AssertionError(name + " did not start; its log:\n" + log, e);
        }
    }

    private static String docker(Duration limit, String... arguments) {
        return DOCKER.require(limit, Stream.concat(Stream.of("docker"), Stream.of(arguments)).toList());
    }

    private static int published(String container, int port) {
        String address = docker(COMMAND_LIMIT, "port", container, Integer.toString(port)).lines().findFirst().orElseThrow();
        return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    }

    /** A server that has ended will never greet. */
    private boolean isRunning() {
        String state = docker(COMMAND_LIMIT, "inspect", "--format", "{{.State.Status}}", container);
        if (!state.equals("running")) {
            throw new AssertionError("the container is " + state);
        }
        return true;
    }

    /** The engine takes connections before the server does, and closes them then. */
    private boolean greets(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(address(port), GREETING_MILLIS);
            socket.setSoTimeout(GREETING_MILLIS);
            return new String(socket.getInputStream().readNBytes(4), StandardCharsets.US_ASCII).startsWith("220");
        } catch (IOException e) {
            return false;
        }
    }

    /** Its certificate. */
    PeerTls tls() {
        return tls;
    }

    /** Where a port of the container is reached. */
    InetSocketAddress address(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), published.get(port));
    }

    /** What lies in the Maildir of a user now, in no order. */
    List<StoredMail> mailsOf(String user) {
        try {
            Path copy = Files.createTempDirectory("postlane-peer");
            try {
                String maildir = container + ":/srv/mail/" + user + "/new";
                Command.Result result = DOCKER.run(COMMAND_LIMIT, List.of("docker", "cp", maildir, copy.toString()));
                if (!result.succeeded()) {
                    // A mailbox without mail has no directory yet; old and new clients say so in other words.
                    if (result.output().matches("(?s).*(Could not find the file|No such container:path).*")) {
                        return List.of();
                    }
                    throw new AssertionError("docker cp " + maildir + ": " + result.output());
                }
                return read(copy.resolve("new"));
            } finally {
                delete(copy);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<StoredMail> read(Path directory) throws IOException {
        List<StoredMail> mails = new ArrayList<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                mails.add(new StoredMail(Files.readAllBytes(file)));
            }
        }
        return mails;
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /** All that the server has logged. */
    String log() {
        return docker(COMMAND_LIMIT, "logs", container);
    }

    /** Its log stays, beside the reports. */
    @Override
    public void close() {
        try {
            Files.writeString(Path.of("target", container + ".log"), log());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        docker(COMMAND_LIMIT, "rm", "--force", "--volumes", container);
    }
}
