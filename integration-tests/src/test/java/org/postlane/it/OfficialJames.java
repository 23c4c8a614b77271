// SPDX-License-Identifier: Apache-2.0
package org.postlane.it;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.awaitility.Awaitility;
import org.postlane.testing.SmtpDialogue;

/** An {@link OfficialImage} as a process of its own, to be started and stopped; it never outlives this JVM's orderly end. */
final class OfficialJames implements Closeable {
    static final String SECRET = "secret";
    /** Another {@code java} to run it with, by its path. */
    private static final String JAVA = "postlane.installed.java";
    private static final String MEMORY = "org.apache.james.MemoryJamesServerMain";
    private static final Duration START_LIMIT = Duration.ofMinutes(2);
    private static final int STOP_SECONDS = 60;
    private static final int SHOWN = 80;
    /** Where a class file has the lower octet of its version (JVM specification 4.1). */
    private static final int MAJOR_VERSION = 7;
    private static final byte JAVA_11 = 55;
    /** One class of each jar that James' ActiveMQ queue needs beside those of the memory app. */
    private static final List<String> QUEUE_CLASSES = List.of("org.apache.james.queue.activemq.ActiveMQMailQueueFactory",
        "org.apache.james.queue.jms.JMSMailQueueFactory", "org.apache.activemq.broker.BrokerService",
        "org.apache.activemq.ActiveMQConnectionFactory", "org.apache.activemq.store.kahadb.KahaDBPersistenceAdapter",
        "org.apache.activemq.protobuf.Buffer", "org.fusesource.hawtbuf.Buffer", "javax.management.j2ee.statistics.Statistic",
        "javax.jms.JMSContext");

    private final OfficialImage image;
    private final String main;
    private final String classPath;
    private final List<Path> said = new ArrayList<>();
    private Process process;

    private OfficialJames(OfficialImage image, String main, String classPath) {
        this.image = image;
        this.main = main;
        this.classPath = classPath;
        Runtime.getRuntime().addShutdownHook(new Thread(this::close));
    }

    /** As the image starts it: its queues are in memory. */
    static OfficialJames memory(OfficialImage image) {
        return new OfficialJames(image, MEMORY, image.classPath());
    }

    /** The same with the queue of upstream's JPA app, which lasts; that app itself is not on Maven Central. */
    static OfficialJames withQueueThatLasts(OfficialImage image) throws IOException, ClassNotFoundException {
        Set<String> jars = new LinkedHashSet<>();
        for (String name : QUEUE_CLASSES) {
            jars.add(Path.of(URI.create(Class.forName(name, false, OfficialJames.class.getClassLoader())
                .getProtectionDomain().getCodeSource().getLocation().toString())).toString());
        }
        for (Class<?> ours : List.of(ActiveMqJamesMain.class, ActiveMqQueues.class)) {
            String file = ours.getName().replace('.', '/') + ".class";
            Path copy = image.root().resolve("classes").resolve(file);
            Files.createDirectories(copy.getParent());
            try (InputStream octets = ours.getResourceAsStream("/" + file)) {
                Files.write(copy, forJava11(octets.readAllBytes()));
            }
        }
        // James' own libraries come first: none is replaced.
        return new OfficialJames(image, ActiveMqJamesMain.class.getName(), image.classPath() + ":" + String.join(":", jars));
    }

    /** Tests are compiled for Java 17 and the image may run 11; these classes use nothing that came in between. */
    private static byte[] forJava11(byte[] classFile) {
        classFile[MAJOR_VERSION] = JAVA_11;
        return classFile;
    }

    OfficialImage image() {
        return image;
    }

    /** Starts it; it takes mail when this returns. */
    void start() throws IOException {
        // Where a test has failed before its end.
        close();
        List<String> command = new ArrayList<>();
        command.add(System.getProperty(JAVA, Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(image.jvmFlags());
        // For a machine that does other things too: the image has no such options.
        command.addAll(List.of("-Xmx512m", "-XX:TieredStopAtLevel=1", "-cp", classPath, main));
        Path log = image.root().resolveSibling("said-" + said.size() + ".log");
        said.add(log);
        process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile())
            .directory(image.startDirectory().toFile()).start();
        Awaitility.await().atMost(START_LIMIT).until(this::isStarted);
    }

    private boolean isStarted() {
        boolean alive = process.isAlive();
        if (log().contains("JAMES server started")) {
            return true;
        }
        if (!alive) {
            throw new AssertionError("James ended with " + process.exitValue() + ":\n" + tail());
        }
        return false;
    }

    /** Stops it as an administrator does. */
    void stop() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("James has not ended within " + STOP_SECONDS + " s:\n" + tail());
        }
    }

    /** What it has said since its last start. */
    String log() {
        try {
            return said.isEmpty() ? "" : Files.readString(said.get(said.size() - 1), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The lines of a level, which the sample pattern writes in colour. */
    List<String> logged(String level) {
        return log().lines().filter(line -> line.matches("^[0-9:.]+ .{0,8}\\[" + level + " *\\].*")).toList();
    }

    /** The end of what it has said. */
    String tail() {
        List<String> lines = log().lines().toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - SHOWN), lines.size()));
    }

    SmtpDialogue smtp() {
        SmtpDialogue dialogue = SmtpDialogue.connect("127.0.0.1", image.port("smtp"));
        dialogue.expect(220);
        dialogue.ehlo("client.test");
        return dialogue;
    }

    void send(String from, String to, String subject) {
        try (SmtpDialogue dialogue = smtp()) {
            dialogue.sendMail(from, List.of(to),
                ("Subject: " + subject + "\r\n\r\nbody\r\n").getBytes(StandardCharsets.US_ASCII));
        }
    }

    /** The subjects of what stands in a user's inbox, over IMAP. */
    List<String> inbox(String user) throws IOException {
        return ImapInbox.subjects(image.port("imaps"), user, SECRET);
    }

    /** A user with its domain. Memory forgets both when James stops. */
    void addUser(String user) throws IOException {
        webadmin(204, "PUT", "/domains/" + user.replaceFirst(".*@", ""), "");
        webadmin(204, "PUT", "/users/" + user, "{\"password\":\"" + SECRET + "\"}");
        // James' memory store may lose the first mail of a mailbox into which somebody looks at that moment.
        inbox(user);
    }

    /** How many mails are in a queue, those that wait included; -1 where James knows no such queue. */
    int size(String queue) {
        HttpResponse<String> response = webadmin("GET", "/mailQueues/" + queue, "");
        Matcher size = Pattern.compile("\"size\":(\\d+)").matcher(response.body());
        return response.statusCode() == 200 && size.find() ? Integer.parseInt(size.group(1)) : -1;
    }

    /** What webadmin answers, with the status that is expected. */
    String webadmin(int status, String method, String path, String body) {
        HttpResponse<String> response = webadmin(method, path, body);
        if (response.statusCode() != status) {
            throw new AssertionError(method + " " + path + ": " + response.statusCode() + " " + response.body());
        }
        return response.body();
    }

    private HttpResponse<String> webadmin(String method, String path, String body) {
        try {
            return HttpClient.newHttpClient().send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + image.port("webadmin") + path))
                    .method(method, HttpRequest.BodyPublishers.ofString(body)).build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Ends the process if it runs. The directory stays. */
    @Override
    public void close() {
        if (process != null) {
            process.destroyForcibly().onExit().join();
        }
    }
}
