// SPDX-License-Identifier: Apache-2.0
package org.postlane.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;

import com.google.inject.Module;
import com.google.inject.util.Modules;
import org.apache.james.core.Username;
import org.apache.james.dnsservice.api.DNSService;
import org.apache.james.mailbox.exception.MailboxException;
import org.apache.james.mailbox.model.MailboxConstants;
import org.apache.james.mailbox.model.MailboxPath;
import org.apache.james.mailbox.model.MultimailboxesSearchQuery;
import org.apache.james.mailbox.model.SearchQuery;
import org.apache.james.modules.MailboxProbeImpl;
import org.apache.james.probe.DataProbe;
import org.apache.james.utils.DataProbeImpl;
import org.postlane.server.Home;
import org.postlane.server.Keystore;
import org.postlane.server.MemoryJames;
import org.postlane.testing.Pop3Dialogue;
import org.postlane.testing.SmtpDialogue;
import org.postlane.testing.dns.DnsServer;
import org.xbill.DNS.Lookup;

/**
 * A James memory server in this JVM, with the bundle in {@code extensions-jars/} and files in {@code conf/}, as a user installs
 * it. Only DNS is replaced: the MX of a domain is a port on loopback.
 */
final class JamesUnderTest implements AutoCloseable {
    static final String LOOPBACK = "127.0.0.1";
    static final String SECRET = "secret";
    private static final List<String> LISTENERS = List.of("smtp", "submission", "submissions", "pop3", "pop3s", "imap", "imaps");

    private final Path root;
    private final Map<String, Integer> ports;
    private final MemoryJames james;

    private JamesUnderTest(Path root, Map<String, Integer> ports, MemoryJames james) {
        this.root = root;
        this.ports = ports;
        this.james = james;
    }

    /** The project's own conf/. */
    static Builder postlane() {
        return new Builder(Path.of(System.getProperty("postlane.root"), "conf"));
    }

    /** Upstream's sample configuration, on loopback ports. */
    static Builder stock() {
        return new Builder(Path.of(System.getProperty("postlane.stock"), "conf"));
    }

    SmtpDialogue smtp() {
        SmtpDialogue dialogue = SmtpDialogue.connect(LOOPBACK, ports.get("smtp"));
        dialogue.expect(220);
        dialogue.ehlo("client.test");
        return dialogue;
    }

    /** The port of a listener: smtp, submission, submissions, pop3, pop3s, imap or imaps. */
    int port(String listener) {
        return ports.get(listener);
    }

    /** A submission session of a user, logged in. */
    SmtpDialogue submission(String user) {
        SmtpDialogue dialogue = anonymousSubmission();
        dialogue.authPlain(user, SECRET);
        return dialogue;
    }

    SmtpDialogue anonymousSubmission() {
        SmtpDialogue dialogue = SmtpDialogue.connect(LOOPBACK, ports.get("submission"));
        dialogue.expect(220);
        dialogue.ehlo("client.test");
        return dialogue;
    }

    void send(String from, List<String> to, String message) {
        try (SmtpDialogue dialogue = submission(from)) {
            dialogue.sendMail(from, to, message.replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8));
        }
    }

    /** What stands in a user's inbox now. */
    List<byte[]> inbox(String user) {
        try (Pop3Dialogue pop3 = Pop3Dialogue.connect(LOOPBACK, ports.get("pop3"))) {
            pop3.login(user, SECRET);
            List<byte[]> messages = pop3.retrAll();
            pop3.quit();
            return messages;
        }
    }

    List<String> inboxTexts(String user) {
        return inbox(user).stream().map(message -> new String(message, StandardCharsets.ISO_8859_1)).toList();
    }

    /** What webadmin answers to a GET. */
    String webadmin(String path) {
        return webadmin("GET", path).body();
    }

    /** What webadmin answers to a request without a body. */
    HttpResponse<String> webadmin(String method, String path) {
        URI uri = URI.create("http://" + LOOPBACK + ":" + ports.get("webadmin") + path);
        try {
            return HttpClient.newHttpClient().send(
                HttpRequest.newBuilder(uri).method(method, HttpRequest.BodyPublishers.noBody()).build(),
                HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** What a counter of James says, 0 where it has not counted yet. */
    long counter(String metric) {
        Matcher line = Pattern.compile("^" + metric + " (\\d+)", Pattern.MULTILINE).matcher(webadmin("/metrics"));
        return line.find() ? Long.parseLong(line.group(1)) : 0;
    }

    /** A file of its configuration, to be changed while it runs. */
    Path conf(String file) {
        return root.resolve("conf").resolve(file);
    }

    MemoryJames james() {
        return james;
    }

    @Override
    public void close() {
        james.stop();
        delete(root);
    }

    private static void delete(Path root) {
        try (Stream<Path> files = Files.walk(root)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Collects what one server needs. */
    static final class Builder {
        private final Path stockConf;
        private final Map<String, UnaryOperator<String>> edits = new HashMap<>();
        private final TestDns dns = new TestDns();
        private final List<String> domains = new ArrayList<>();
        private final List<String> users = new ArrayList<>();
        private final Map<String, String> aliases = new HashMap<>();
        private Optional<DnsServer> dnsServer = Optional.empty();
        private Module overrides = Modules.EMPTY_MODULE;

        private Builder(Path conf) {
            this.stockConf = conf;
        }

        /** Changes one file of conf/; several changes of one file happen in order. */
        Builder edit(String file, UnaryOperator<String> change) {
            edits.merge(file, change, (first, second) -> text -> second.apply(first.apply(text)));
            return this;
        }

        Builder replace(String file, String what, String by) {
            return edit(file, text -> {
                if (!text.contains(what)) {
                    throw new IllegalArgumentException(file + " does not hold " + what);
                }
                return text.replace(what, by);
            });
        }

        Builder domain(String domain) {
            domains.add(domain);
            return this;
        }

        Builder user(String user) {
            users.add(user);
            return this;
        }

        /** An alias: user part, at the first domain, to the target. */
        Builder alias(String alias, String target) {
            aliases.put(alias, target);
            return this;
        }

        /** Mail for the domain goes to these ports on loopback, in order. */
        Builder mx(String domain, int... ports) {
            dns.mx(domain, ports);
            return this;
        }

        /** James' own resolver asks this server, in the place of the few domains that {@link #mx} knows. */
        Builder dns(DnsServer server) {
            dnsServer = Optional.of(server);
            return edit("dnsservice.xml", text -> "<dnsservice><servers><server>" + LOOPBACK + "</server></servers>"
                + "<autodiscover>false</autodiscover></dnsservice>");
        }

        /** Replaces bindings of James. */
        Builder override(Module module) {
            overrides = module;
            return this;
        }

        JamesUnderTest start() throws Exception {
            Path root = Files.createTempDirectory("postlane-it");
            Map<String, Integer> ports = choosePorts();
            try {
                lay(root, ports);
                Home home = new Home(root);
                Keystore.makeIfMissing(home.keystore(), LOOPBACK);
                Module resolver = dnsServer.isPresent() ? Modules.EMPTY_MODULE
                    : binder -> binder.bind(DNSService.class).toInstance(dns);
                MemoryJames james = MemoryJames.start(home, resolver, overrides);
                // Its configuration has no place for a port.
                dnsServer.ifPresent(server -> Lookup.getDefaultResolver().setPort(server.port()));
                DataProbe data = james.server().getProbe(DataProbeImpl.class);
                for (String domain : domains) {
                    data.addDomain(domain);
                }
                for (String user : users) {
                    data.addUser(user, SECRET);
                    makeInbox(james.server().getProbe(MailboxProbeImpl.class), user);
                }
                for (Map.Entry<String, String> alias : aliases.entrySet()) {
                    String[] parts = alias.getKey().split("@");
                    data.addUserAliasMapping(parts[0], parts[1], alias.getValue());
                }
                return new JamesUnderTest(root, ports, james);
            } catch (Exception | Error e) {
                forgetMBeans();
                delete(root);
                throw e;
            }
        }

        /** James' memory store may lose the first mail of a mailbox into which somebody looks at that moment, as tests do. */
        private static void makeInbox(MailboxProbeImpl mailboxes, String user) throws MailboxException {
            if (!mailboxes.listUserMailboxes(user).contains(MailboxConstants.INBOX)) {
                mailboxes.createMailbox(MailboxPath.inbox(Username.of(user)));
            }
            mailboxes.searchMessage(MultimailboxesSearchQuery.from(SearchQuery.matchAll()).build(), user, 1);
        }

        /** A start that fails leaves its MBeans behind, and the next James of this JVM would stumble over them. */
        private static void forgetMBeans() throws JMException {
            MBeanServer server = ManagementFactory.getPlatformMBeanServer();
            for (ObjectName name : server.queryNames(new ObjectName("org.apache.james:*"), null)) {
                server.unregisterMBean(name);
            }
        }

        private void lay(Path root, Map<String, Integer> ports) throws IOException {
            Path conf = Files.createDirectories(root.resolve("conf"));
            try (Stream<Path> files = Files.list(stockConf)) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    String name = file.getFileName().toString();
                    if (name.equals("keystore")) {
                        continue;
                    }
                    String text = Files.readString(file);
                    Files.writeString(conf.resolve(name), edits.getOrDefault(name, UnaryOperator.identity()).apply(text));
                }
            }
            Path jars = Files.createDirectories(root.resolve("extensions-jars"));
            Files.copy(bundle(), jars.resolve("postlane-bundle.jar"));
            Files.createDirectories(root.resolve("var"));
            for (String listener : LISTENERS) {
                System.setProperty("postlane." + listener + ".bind", LOOPBACK + ":" + ports.get(listener));
            }
            System.setProperty("postlane.webadmin.host", LOOPBACK);
            System.setProperty("postlane.webadmin.port", String.valueOf(ports.get("webadmin")));
            System.setProperty("postlane.relayDomains", "relay.test");
            System.setProperty("postlane.submission.requireTls", "false");
            System.setProperty("postlane.pop3.requireTls", "false");
        }

        private static Map<String, Integer> choosePorts() throws IOException {
            Map<String, Integer> ports = new HashMap<>();
            List<ServerSocket> held = new ArrayList<>();
            for (String listener : Stream.concat(LISTENERS.stream(), Stream.of("webadmin")).toList()) {
                ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(LOOPBACK));
                held.add(socket);
                ports.put(listener, socket.getLocalPort());
            }
            for (ServerSocket socket : held) {
                socket.close();
            }
            return ports;
        }
    }

    /** The jar that users install. */
    static Path bundle() throws IOException {
        try (Stream<Path> jars = Files.list(Path.of(System.getProperty("postlane.assembly"), "extensions-jars"))) {
            return jars.filter(jar -> jar.toString().endsWith(".jar")).findFirst().orElseThrow();
        }
    }
}
