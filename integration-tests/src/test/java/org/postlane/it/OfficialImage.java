// SPDX-License-Identifier: Apache-2.0
package org.postlane.it;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;

import org.postlane.testing.Directories;
import org.postlane.testing.docker.Command;

/**
 * A James 3.8.1 laid out as upstream's image {@code apache/james:memory-3.8.1} has it (the plugin jib in
 * {@code server/apps/memory-app/pom.xml}), out of upstream's own distribution and the libraries that it names: {@code root/} is
 * the image's {@code /root} with {@code classes/}, {@code libs/}, {@code conf/} and {@code extensions-jars/}, {@code logs/} its
 * {@code /logs}, and {@code slash/}, which stays empty, the {@code /} in which it starts. Nothing of Postlane is in it.
 *
 * <p>What differs in the configuration: each port is a free one of 127.0.0.1 in the place of those that only root may open, mail
 * for others goes to a gateway on loopback, as no MX record can name a port, the log is not buffered, and there is a keystore,
 * which upstream leaves to who runs it.
 */
final class OfficialImage {
    private static final Path STOCK = Path.of(System.getProperty("postlane.stock"));
    private static final String APP = "james-server-memory-app.jar";
    private static final List<Path> LIBRARIES =
        List.of(Path.of(System.getProperty("postlane.assembly"), "lib"), STOCK.resolveSibling("libs"));
    private static final String HERE = "127.0.0.1";
    /** Stands in upstream's sample. */
    private static final String KEYSTORE_SECRET = "james72laBalle";
    private static final List<String> PORTS =
        List.of("smtp", "submissions", "submission", "imap", "imaps", "pop3", "webadmin", "jmap", "jmx");

    private final Path directory;
    private final Map<String, Integer> ports = new HashMap<>();

    private OfficialImage(Path directory) {
        this.directory = directory;
    }

    /**
     * Lays one out.
     *
     * @param gateway a port of 127.0.0.1, for mail to other servers
     */
    static OfficialImage in(Path directory, int gateway) throws IOException {
        OfficialImage image = new OfficialImage(directory);
        Files.createDirectories(image.root().resolve("resources"));
        Files.createDirectories(image.startDirectory());
        Files.createDirectories(directory.resolve("logs"));
        unpack(STOCK.resolve(APP), image.root().resolve("classes"));
        image.linkLibraries();
        Directories.copy(STOCK.resolve("extensions-jars"), image.root().resolve("extensions-jars"));
        Directories.copy(STOCK.resolve("conf"), image.conf());
        image.choosePorts();
        image.adapt(gateway);
        return image;
    }

    /** What {@code $JAMES} means. */
    Path root() {
        return directory.resolve("root");
    }

    Path conf() {
        return root().resolve("conf");
    }

    /** The {@code /} of the image. */
    Path startDirectory() {
        return directory.resolve("slash");
    }

    int port(String listener) {
        return ports.get(listener);
    }

    /** The class path of the image. */
    String classPath() {
        return String.join(":", root().resolve("resources").toString(), root().resolve("classes").toString(),
            root().resolve("libs") + "/*");
    }

    /** The options of the image. */
    List<String> jvmFlags() {
        return List.of("-Dlogback.configurationFile=" + conf().resolve("logback.xml"), "-Dworking.directory=" + root() + "/",
            "-Djdk.tls.ephemeralDHKeySize=2048", "-Dextra.props=" + conf().resolve("jvm.properties"));
    }

    /** Changes a file of {@code conf/}; what is to be replaced must stand there. */
    void replace(String file, String what, String by) throws IOException {
        Path path = conf().resolve(file);
        String text = Files.readString(path);
        if (!text.contains(what)) {
            throw new IllegalArgumentException(file + " does not hold " + what);
        }
        Files.writeString(path, text.replace(what, by));
    }

    /** Exactly those that upstream's jar names, in their versions: the distribution on Maven Central comes without them. */
    private void linkLibraries() throws IOException {
        Path libs = Files.createDirectories(root().resolve("libs"));
        try (JarFile app = new JarFile(STOCK.resolve(APP).toFile())) {
            for (String entry : app.getManifest().getMainAttributes().getValue("Class-Path").split(" ")) {
                String name = entry.substring(entry.lastIndexOf('/') + 1);
                Path jar = LIBRARIES.stream().map(directory -> directory.resolve(name)).filter(Files::exists).findFirst()
                    .orElseThrow(() -> new IllegalStateException("upstream's " + name + " is in none of " + LIBRARIES));
                Files.createSymbolicLink(libs.resolve(name), jar);
            }
        }
    }

    private void adapt(int gateway) throws IOException {
        replace("smtpserver.xml", "0.0.0.0:25<", HERE + ":" + port("smtp") + "<");
        replace("smtpserver.xml", "0.0.0.0:465<", HERE + ":" + port("submissions") + "<");
        replace("smtpserver.xml", "0.0.0.0:587<", HERE + ":" + port("submission") + "<");
        replace("imapserver.xml", "0.0.0.0:143<", HERE + ":" + port("imap") + "<");
        replace("imapserver.xml", "0.0.0.0:993<", HERE + ":" + port("imaps") + "<");
        replace("pop3server.xml", "0.0.0.0:110<", HERE + ":" + port("pop3") + "<");
        replace("webadmin.properties", "port=8000", "port=" + port("webadmin"));
        // The image has 0.0.0.0 here.
        replace("webadmin.properties", "host=localhost", "host=" + HERE);
        replace("jmap.properties", "enabled=true", "enabled=true\njmap.port=" + port("jmap"));
        replace("jmx.properties", "jmx.port=9999", "jmx.port=" + port("jmx"));
        replace("logback.xml", "/logs/", directory.resolve("logs") + "/");
        replace("logback.xml", "<immediateFlush>false<", "<immediateFlush>true<");
        replace("mailetcontainer.xml", "class=\"RemoteDelivery\">", "class=\"RemoteDelivery\"><gateway>" + HERE + ":" + gateway
            + "</gateway>");
        new Command(conf(), Map.of()).require(Duration.ofMinutes(1), List.of(
            Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), "-genkeypair", "-alias", "james", "-keyalg",
            "RSA", "-storetype", "PKCS12", "-keystore", "keystore", "-storepass", KEYSTORE_SECRET, "-dname", "CN=localhost"));
    }

    /** All are open at a time, so that no two are the same. */
    private void choosePorts() throws IOException {
        List<ServerSocket> open = new ArrayList<>();
        try {
            for (String listener : PORTS) {
                ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(HERE));
                open.add(socket);
                ports.put(listener, socket.getLocalPort());
            }
        } finally {
            for (ServerSocket socket : open) {
                socket.close();
            }
        }
    }

    private static void unpack(Path jar, Path to) throws IOException {
        try (JarFile open = new JarFile(jar.toFile())) {
            for (JarEntry entry : (Iterable<JarEntry>) open.stream()::iterator) {
                Path file = to.resolve(entry.getName());
                if (entry.isDirectory()) {
                    Files.createDirectories(file);
                } else {
                    Files.createDirectories(file.getParent());
                    try (InputStream octets = open.getInputStream(entry)) {
                        Files.copy(octets, file);
                    }
                }
            }
        }
    }
}
