// SPDX-License-Identifier: Apache-2.0
package org.postlane.it;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.postlane.server.Keystore;
import org.postlane.testing.Directories;
import org.postlane.testing.Pop3Dialogue;

/**
 * The assembled server as a process of its own, as {@code ./postlane serve} runs it, on loopback ports and in a directory that
 * outlives it: it may be killed and started again, and is the same server. What it says is kept and shown when it ends unasked.
 */
public final class ServerProcess implements Closeable {
    public static final String SECRET = "secret";
    private static final List<String> LISTENERS = List.of("smtp", "submission", "submissions", "pop3", "pop3s", "imap", "imaps");
    private static final String SERVING = "postlane: serving";
    private static final Duration START_LIMIT = Duration.ofMinutes(2);
    private static final int SHOWN = 60;

    private final Path root;
    private final Path assembly = Path.of(System.getProperty("postlane.assembly"));
    private final Map<String, Integer> ports = new HashMap<>();
    private final List<String> jvmOptions = new ArrayList<>();
    private final List<String> arguments = new ArrayList<>(List.of("serve"));
    private final ConcurrentLinkedDeque<String> said = new ConcurrentLinkedDeque<>();
    private Process process;

    /** Lays a server with the project's own conf/ into a directory; nothing is started. */
    public ServerProcess(Path root) throws IOException {
        this.root = root;
        Directories.copy(Path.of(System.getProperty("postlane.root"), "conf"), root.resolve("conf"));
        Directories.copy(assembly.resolve("extensions-jars"), root.resolve("extensions-jars"));
        Files.createDirectories(root.resolve("var"));
        Keystore.makeIfMissing(root.resolve("conf").resolve("keystore"), "127.0.0.1");
        choosePorts();
        // Nothing that is left behind, if this JVM is killed itself.
        Runtime.getRuntime().addShutdownHook(new Thread(this::close));
    }

    /** All are open at a time, so that no two are the same. */
    private void choosePorts() throws IOException {
        List<ServerSocket> open = new ArrayList<>();
        try {
            for (String listener : Stream.concat(LISTENERS.stream(), Stream.of("webadmin")).toList()) {
                ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                open.add(socket);
                ports.put(listener, socket.getLocalPort());
            }
        } finally {
            for (ServerSocket socket : open) {
                socket.close();
            }
        }
    }

    /** The arguments behind {@code serve}, such as {@code --store durable}. */
    public ServerProcess arguments(String... options) {
        arguments.addAll(List.of(options));
        return this;
    }

    /** An option of the JVM, such as {@code -Xmx512m} or a property of conf/README.md. */
    public ServerProcess jvmOption(String option) {
        jvmOptions.add(option);
        return this;
    }

    /** Changes a file of its conf/; what is to be replaced must stand there. */
    public ServerProcess replace(String file, String what, String by) throws IOException {
        Path path = root.resolve("conf").resolve(file);
        String text = Files.readString(path);
        if (!text.contains(what)) {
            throw new IllegalArgumentException(file + " does not hold " + what);
        }
        Files.writeString(path, text.replace(what, by));
        return this;
    }

    /** Its directory, with conf/ and var/. */
    public Path root() {
        return root;
    }

    /** The port of a listener: smtp, submission, submissions, pop3, pop3s, imap, imaps or webadmin. */
    public int port(String listener) {
        return ports.get(listener);
    }

    /** Starts the process and does not wait for it. */
    public void launch() throws IOException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.add("-XX:+ExitOnOutOfMemoryError");
        command.add("-Dworking.directory=" + root);
        LISTENERS.forEach(listener -> command.add("-Dpostlane." + listener + ".bind=127.0.0.1:" + ports.get(listener)));
        command.add("-Dpostlane.webadmin.port=" + ports.get("webadmin"));
        command.add("-Dpostlane.submission.requireTls=false");
        command.add("-Dpostlane.pop3.requireTls=false");
        command.add("-Dpostlane.imap.requireTls=false");
        command.addAll(jvmOptions);
        command.addAll(List.of("-cp", assembly.resolve("lib") + "/*", "org.postlane.server.Main"));
        command.addAll(arguments);
        said.clear();
        process = new ProcessBuilder(command).redirectErrorStream(true).directory(root.toFile()).start();
        Thread listener = new Thread(this::listen, "server-" + process.pid());
        listener.setDaemon(true);
        listener.start();
    }

    private void listen() {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                said.add(line);
            }
        } catch (IOException e) {
            // A process that was killed closes its end as it pleases.
            said.add(e.toString());
        }
    }

    /** Starts the process; it takes mail when this returns. */
    public ServerProcess start() throws IOException {
        launch();
        Awaitility.await().atMost(START_LIMIT).until(this::isServing);
        return this;
    }

    /** Whether it takes mail; fails when it has ended. */
    public boolean isServing() {
        boolean alive = process.isAlive();
        if (said.stream().anyMatch(line -> line.startsWith(SERVING))) {
            return true;
        }
        if (!alive) {
            throw new AssertionError("The server ended with " + process.exitValue() + ":\n" + tail());
        }
        return false;
    }

    /** Whether it runs. */
    public boolean isRunning() {
        return process.isAlive();
    }

    /** Everything that it said since its last start, log included. */
    public List<String> lines() {
        return List.copyOf(said);
    }

    /** The last lines that it said. */
    public String tail() {
        List<String> all = lines();
        return String.join("\n", all.subList(Math.max(0, all.size() - SHOWN), all.size()));
    }

    /** Waits so long for its end; whether it has ended. */
    public boolean hasEndedWithin(Duration limit) throws InterruptedException {
        return process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** SIGKILL. */
    public void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    /** SIGTERM, as an administrator stops it. Gives its exit status. */
    public int stop() throws InterruptedException {
        process.destroy();
        return process.waitFor();
    }

    /** A domain, by webadmin. */
    public void addDomain(String domain) {
        webadmin("PUT", "/domains/" + domain, "");
    }

    /** A user with {@link #SECRET}, by webadmin. */
    public void addUser(String user) {
        webadmin("PUT", "/users/" + user, "{\"password\":\"" + SECRET + "\"}");
    }

    /** An alias of a user, by webadmin. */
    public void addAlias(String alias, String user) {
        webadmin("PUT", "/address/aliases/" + user + "/sources/" + alias, "");
    }

    /** What webadmin answers; anything but 2xx fails. */
    public String webadmin(String method, String path, String body) {
        URI uri = URI.create("http://127.0.0.1:" + port("webadmin") + path);
        try {
            HttpResponse<String> response = HttpClient.newHttpClient().send(HttpRequest.newBuilder(uri)
                .header("Content-Type", "application/json").method(method, HttpRequest.BodyPublishers.ofString(body)).build(),
                HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() / 100 != 2) {
                throw new AssertionError(method + " " + path + ": " + response.statusCode() + " " + response.body());
            }
            return response.body();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** What stands in a user's inbox now. */
    public List<byte[]> inbox(String user) {
        try (Pop3Dialogue pop3 = pop3(user)) {
            List<byte[]> messages = pop3.retrAll();
            pop3.quit();
            return messages;
        }
    }

    /** A POP3 session of a user who has logged in. */
    public Pop3Dialogue pop3(String user) {
        return Pop3Dialogue.connect(new InetSocketAddress("127.0.0.1", port("pop3"))).login(user, SECRET);
    }

    /** Kills it if it runs. The directory stays. */
    @Override
    public void close() {
        if (process != null) {
            process.destroyForcibly().onExit().join();
        }
    }
}
