// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalDouble;

import org.postlane.benchmarks.frame.UsageError;

/**
 * Postfix of Debian's package, an instance of its own: the machine's, if there is one, is not touched. Held, it has no queue
 * manager: mail is accepted into {@code incoming} and stays there.
 */
public final class Postfix implements MailServer {
    private static final String QMGR = "qmgr unix n - n 300 1 qmgr";

    private final ServerDirectory directory;
    private final int port;
    private final long master;

    private Postfix(Relay relay) throws IOException, InterruptedException {
        directory = ServerDirectory.make(relay, "postfix");
        port = Command.freePort();
        directory.write("postfix/main.cf", "conf/main.cf", Map.of(
            "ROOT", directory.root().toString(),
            "SINK", Integer.toString(relay.port()),
            "CONNECTIONS", Integer.toString(relay.connections()),
            "TLS", relay.tls() ? "encrypt" : "none"));
        writeServices(true);
        Files.createDirectories(directory.resolve("queue"));
        Files.createDirectories(directory.resolve("data"));
        Command.run("chown", "postfix:root", directory.resolve("data").toString());
        try {
            postfix("start");
        } catch (IOException e) {
            throw new IOException(e.getMessage() + "; its directory is kept: " + directory.root(), e);
        }
        master = Long.parseLong(Files.readString(directory.resolve("queue/pid/master.pid")).strip());
    }

    /** Starts it; it takes mail when this returns. */
    public static Postfix start(Relay relay) throws IOException, InterruptedException {
        return new Postfix(relay);
    }

    /** Says what is missing, if something is. */
    public static void require() {
        if (Command.find("postfix").isEmpty()) {
            throw new UsageError("Postfix is not installed: benchmarks/install-peers installs it, or leave it out with --with");
        }
        if (!"root".equals(System.getProperty("user.name"))) {
            throw new UsageError("Postfix starts for root only; run as root, or leave it out with --with");
        }
    }

    /** For the report. */
    public static String version() throws IOException, InterruptedException {
        return Command.run(Command.find("postconf").map(Path::toString).orElse("postconf"), "-dh", "mail_version");
    }

    private void writeServices(boolean delivering) throws IOException {
        directory.write("postfix/master.cf", "conf/master.cf",
            Map.of("PORT", Integer.toString(port), "QMGR", delivering ? QMGR : "# held: no qmgr"));
    }

    private void postfix(String command) throws IOException, InterruptedException {
        Command.run(Command.find("postfix").orElseThrow().toString(), "-c", directory.resolve("conf").toString(), command);
    }

    @Override
    public String name() {
        return "Postfix";
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public void hold() throws IOException, InterruptedException {
        writeServices(false);
        postfix("reload");
    }

    @Override
    public void release() throws IOException, InterruptedException {
        writeServices(true);
        postfix("reload");
    }

    @Override
    public long waiting() throws IOException {
        return directory.files("queue/maildrop", "queue/incoming", "queue/active", "queue/deferred");
    }

    @Override
    public OptionalDouble processorSeconds() throws IOException {
        return OptionalDouble.of(ProcessTree.processorSeconds(master));
    }

    @Override
    public void close() throws IOException {
        try {
            postfix("abort");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        directory.delete();
    }
}
