// SPDX-License-Identifier: Apache-2.0
package org.postlane.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.postlane.it.ServerProcess.SECRET;

import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import org.postlane.testing.Behaviour;
import org.postlane.testing.Connection;
import org.postlane.testing.Reaction;
import org.postlane.testing.SmtpDialogue;
import org.postlane.testing.SmtpServer;

/**
 * A server process with the durable store, one thing of each kind that it must keep, and a host elsewhere that takes nothing
 * until it is told to.
 */
final class DurableScene implements Closeable {
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    static final String ANN = "ann@home.test";
    private static final String BOB = "bob@home.test";
    static final String ALIAS = "info@home.test";
    static final String POSTMASTER = "postmaster@home.test";
    private static final String TO_ERRORS = "to the error repository";
    private static final String ERRORS = "/mailRepositories/var%2Fmail%2Ferror/mails";
    private static final String SCRIPT = "require \"fileinto\";\r\n# " + "a rule that fills the page ".repeat(60)
        + "\r\nif header :contains \"Subject\" \"filed\" { fileinto \"Filed\"; }\r\n";

    private final ServerProcess server;
    private final SmtpServer elsewhere;
    private volatile boolean deferring = true;

    /** Lays the server into a directory; it does not run yet. */
    DurableScene(Path directory) throws IOException {
        elsewhere = SmtpServer.builder().behaviour(new Behaviour() {
            @Override
            public Reaction onRcpt(Connection connection, String to) {
                return deferring ? Reaction.reply("451 4.2.0 later") : Reaction.proceed();
            }
        }).start();
        server = new ServerProcess(directory).arguments("--store", "durable");
        server.replace("mailetcontainer.xml", "<outgoing>outgoing</outgoing>",
            "<outgoing>outgoing</outgoing><gateway>127.0.0.1:" + elsewhere.port() + "</gateway>");
        String first = "<mailet match=\"All\" class=\"org.postlane.mailet.RewritePostmaster\">";
        server.replace("mailetcontainer.xml", first,
            "<mailet match=\"SubjectStartsWith=" + TO_ERRORS + "\" class=\"ToProcessor\"><processor>error</processor></mailet>"
                + first);
    }

    ServerProcess server() {
        return server;
    }

    /** Puts everything there that must be found again. The server runs. */
    void populate() throws IOException {
        server.addDomain("home.test");
        server.addUser(ANN);
        server.addUser(BOB);
        server.addAlias(ALIAS, ANN);
        server.webadmin("PUT", "/quota/users/" + BOB + "/size", "1000000");
        server.webadmin("PUT", "/sieve/" + BOB + "/scripts/rules?activate=true", "keep;");
        // Again, as ManageSieve clients do: it takes the place of the first.
        server.webadmin("PUT", "/sieve/" + BOB + "/scripts/rules?activate=true", SCRIPT);
        submit("x@elsewhere.test", "deferred");
        send(ANN, "first", "the word platypus");
        awaitInbox(1);
        try (ImapDialogue imap = ImapDialogue.login(server.port("imap"), ANN, SECRET)) {
            imap.ask("SELECT INBOX");
            imap.ask("STORE 1 +FLAGS (\\Flagged kept)");
            imap.ask("CREATE Filed");
            imap.ask("SUBSCRIBE Filed");
        }
        send("", ANN, TO_ERRORS, "kept for the administrator");
        await("the error repository").atMost(PATIENCE).until(() -> errors().size() == 1);
        await("the deferred mail").atMost(PATIENCE).until(() -> !elsewhere.connections().isEmpty() && queued() == 1);
    }

    /** Looks for all of it. The server runs again. */
    void check() throws IOException {
        assertThat(server.webadmin("GET", "/domains", "")).contains("home.test");
        assertThat(inbox()).hasSize(1).first().asString().contains("the word platypus");
        checkMailbox();
        assertThat(errors()).hasSize(1);
        assertThat(server.webadmin("GET", ERRORS + "/" + errors().get(0), "")).contains(ANN);
        assertThat(queued()).isEqualTo(1);
        assertThat(server.webadmin("GET", "/quota/users/" + BOB + "/size", "")).contains("1000000");

        send(ALIAS, "through the alias", "text");
        awaitInbox(2);
        send(BOB, "filed by a script", "text");
        await("the script").atMost(PATIENCE).untilAsserted(() -> assertThat(messages(BOB, "Filed")).isEqualTo(1));
        deferring = false;
        server.webadmin("PATCH", "/mailQueues/outgoing/mails?delayed=true", "{\"delayed\":\"false\"}");
        await("the deferred mail").atMost(PATIENCE).until(() -> elsewhere.received().size() == 1);
        await("the queue").atMost(PATIENCE).until(() -> queued() == 0);
        server.webadmin("DELETE", ERRORS + "/" + errors().get(0), "");
        assertThat(errors()).isEmpty();
    }

    private void checkMailbox() throws IOException {
        try (ImapDialogue imap = ImapDialogue.login(server.port("imap"), ANN, SECRET)) {
            imap.ask("SELECT INBOX");
            assertThat(imap.ask("FETCH 1 (FLAGS)")).anyMatch(line -> line.contains("\\Flagged") && line.contains("kept"));
            assertThat(imap.ask("LSUB \"\" *")).anyMatch(line -> line.contains("Filed"));
            assertThat(imap.search("FLAGGED")).containsExactly(1);
            assertThat(imap.search("UNFLAGGED")).isEmpty();
            assertThat(imap.search("SUBJECT first")).containsExactly(1);
            assertThat(imap.search("BODY platypus")).containsExactly(1);
            assertThat(imap.search("UID 1:* TEXT platypus")).containsExactly(1);
            assertThat(imap.search("BODY wombat")).isEmpty();
        }
    }

    private int messages(String user, String mailbox) throws IOException {
        try (ImapDialogue imap = ImapDialogue.login(server.port("imap"), user, SECRET)) {
            if (imap.ask("LIST \"\" " + mailbox).isEmpty()) {
                return 0;
            }
            String status = imap.ask("STATUS " + mailbox + " (MESSAGES)").get(0);
            return Integer.parseInt(status.replaceAll(".*MESSAGES (\\d+).*", "$1"));
        }
    }

    private List<String> inbox() {
        return server.inbox(ANN).stream().map(message -> new String(message, ISO_8859_1)).toList();
    }

    void awaitInbox(int mails) {
        await("the inbox").atMost(PATIENCE).untilAsserted(() -> assertThat(inbox()).hasSize(mails));
    }

    /** The keys of the mails in the error repository. */
    List<String> errors() {
        String keys = server.webadmin("GET", ERRORS, "");
        return keys.length() <= 2 ? List.of() : List.of(keys.substring(2, keys.length() - 2).split("\",\""));
    }

    /** How many mails ann has. */
    int inboxSize() {
        return inbox().size();
    }

    /** How many mails another user has. */
    int inboxSize(String user) {
        return server.inbox(user).size();
    }

    /** How many mails the host elsewhere has taken, reports to senders among them. */
    int sentElsewhere() {
        return elsewhere.received().size();
    }

    /** What webadmin says of its health. */
    String health() throws IOException, InterruptedException {
        URI uri = URI.create("http://127.0.0.1:" + server.port("webadmin") + "/healthcheck");
        return HttpClient.newHttpClient().send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString()).body();
    }

    private int queued() {
        return Integer.parseInt(server.webadmin("GET", "/mailQueues/outgoing", "").replaceAll(".*\"size\":(\\d+).*", "$1"));
    }

    /** A mail of ann's for somebody elsewhere. */
    private void submit(String to, String subject) {
        try (SmtpDialogue smtp = SmtpDialogue.connect("127.0.0.1", server.port("submission"))) {
            smtp.expect(220);
            smtp.ehlo("client.test");
            smtp.authPlain(ANN, SECRET);
            smtp.sendMail(ANN, List.of(to), message(subject, "text"));
        }
    }

    /** A mail from the world. */
    void send(String to, String subject, String text) {
        send("x@world.test", to, subject, text);
    }

    private void send(String from, String to, String subject, String text) {
        try (SmtpDialogue smtp = SmtpDialogue.connect("127.0.0.1", server.port("smtp"))) {
            smtp.expect(220);
            smtp.ehlo("client.test");
            smtp.sendMail(from, List.of(to), message(subject, text));
        }
    }

    private static byte[] message(String subject, String text) {
        return ("Subject: " + subject + "\r\n\r\n" + text + "\r\n").getBytes(UTF_8);
    }

    @Override
    public void close() {
        server.close();
        elsewhere.close();
    }
}
