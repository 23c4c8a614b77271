// SPDX-License-Identifier: Apache-2.0
package org.postlane.peers;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.PortBinding;
import com.github.dockerjava.api.model.Ports;
import org.apache.commons.compress.archivers.ArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.testcontainers.containers.Container;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.AbstractWaitStrategy;
import org.testcontainers.images.builder.ImageFromDockerfile;
import org.testcontainers.utility.MountableFile;

/**
 * A mail server from Debian's packages, in a container of its own: the image is made from {@code src/test/docker/<name>} under a
 * name that stays, so that only the first build on a machine takes long. Its ports are published on 127.0.0.1.
 *
 * <p>It serves {@link #DOMAIN} under the name {@link #HOST}, and keeps the mail of each user in a Maildir.
 */
final class Peer implements AutoCloseable {
    static final String HOST = "mx.peer.test";
    static final String DOMAIN = "peer.test";

    private static final Path DOCKERFILES = Path.of(System.getProperty("postlane.peers"));
    private static final Duration START_LIMIT = Duration.ofMinutes(1);
    private static final int GREETING_MILLIS = 5000;

    private final String name;
    private final PeerTls tls;
    private final GenericContainer<?> container;

    private Peer(String name, PeerTls tls, GenericContainer<?> container) {
        this.name = name;
        this.tls = tls;
        this.container = container;
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
        return start(name, tls, greeting, silent, UnaryOperator.identity());
    }

    /** The same, with something more about the container. */
    static Peer start(String name, PeerTls tls, List<Integer> greeting, List<Integer> silent,
                      UnaryOperator<GenericContainer<?>> more) {
        ImageFromDockerfile image =
            new ImageFromDockerfile("postlane-peer-" + name + ":test", false).withFileFromPath(".", DOCKERFILES.resolve(name));
        Integer[] ports = Stream.concat(greeting.stream(), silent.stream()).toArray(Integer[]::new);
        GenericContainer<?> container = more.apply(new GenericContainer<>(image)
            .withExposedPorts(ports)
            .withCopyToContainer(MountableFile.forHostPath(tls.directory()), "/etc/peer")
            .withCreateContainerCmdModifier(create -> keepToThisMachine(create, ports))
            .waitingFor(new Greetings(greeting).withStartupTimeout(START_LIMIT)));
        container.start();
        return new Peer(name, tls, container);
    }

    /** Ports on 127.0.0.1 alone, and a name server that is not there: no look-up leaves the machine, or waits. */
    private static void keepToThisMachine(CreateContainerCmd create, Integer... ports) {
        List<PortBinding> published = Stream.of(ports)
            .map(port -> new PortBinding(Ports.Binding.bindIp("127.0.0.1"), ExposedPort.tcp(port))).toList();
        create.getHostConfig().withPortBindings(published).withPublishAllPorts(false).withDns("127.0.0.1");
    }

    /** The engine takes connections before the server does, and closes them then. */
    private static final class Greetings extends AbstractWaitStrategy {
        private final List<Integer> ports;

        private Greetings(List<Integer> ports) {
            this.ports = ports;
        }

        @Override
        protected void waitUntilReady() {
            await("greetings").atMost(startupTimeout).pollInterval(Duration.ofMillis(200)).until(() -> {
                // A server that has ended will never greet.
                if (!waitStrategyTarget.isRunning()) {
                    throw new AssertionError("the container has ended");
                }
                return ports.stream().allMatch(this::greets);
            });
        }

        private boolean greets(int port) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), waitStrategyTarget.getMappedPort(port)),
                    GREETING_MILLIS);
                socket.setSoTimeout(GREETING_MILLIS);
                return new String(socket.getInputStream().readNBytes(4), StandardCharsets.US_ASCII).startsWith("220");
            } catch (IOException e) {
                return false;
            }
        }
    }

    /** Its certificate. */
    PeerTls tls() {
        return tls;
    }

    /** Where a port of the container is reached. */
    InetSocketAddress address(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), container.getMappedPort(port));
    }

    /** Its address in the one network that it is in. */
    String ownAddress() {
        return container.getContainerInfo().getNetworkSettings().getNetworks().values().iterator().next().getIpAddress();
    }

    /** What lies in the Maildir of a user now, in no order. */
    List<StoredMail> mailsOf(String user) {
        String maildir = "/srv/mail/" + user + "/new";
        try (InputStream archive =
                 container.getDockerClient().copyArchiveFromContainerCmd(container.getContainerId(), maildir).exec();
             TarArchiveInputStream files = new TarArchiveInputStream(archive)) {
            List<StoredMail> mails = new ArrayList<>();
            for (ArchiveEntry entry = files.getNextEntry(); entry != null; entry = files.getNextEntry()) {
                if (!entry.isDirectory()) {
                    mails.add(new StoredMail(files.readAllBytes()));
                }
            }
            return mails;
        } catch (NotFoundException e) {
            // A mailbox without mail has no directory yet.
            return List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs a line of the shell in it, and returns what that printed. */
    String execute(String line) {
        try {
            Container.ExecResult result = container.execInContainer("sh", "-c", line);
            if (result.getExitCode() != 0) {
                throw new IllegalStateException(line + " ended with " + result.getExitCode() + ": " + result.getStderr());
            }
            return result.getStdout();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** All that the server has logged. */
    String log() {
        return container.getLogs();
    }

    /** Its log stays, beside the reports. */
    @Override
    public void close() {
        try {
            String file = "postlane-peer-" + name + "-" + container.getContainerId().substring(0, 8) + ".log";
            Files.writeString(Path.of("target", file), log());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        container.stop();
    }
}
