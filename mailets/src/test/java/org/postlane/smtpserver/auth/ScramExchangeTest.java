// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.auth;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;

import org.apache.james.core.Username;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postlane.credential.CredentialSettings;
import org.postlane.credential.CredentialStore;
import org.postlane.credential.Examples;
import org.postlane.credential.Passwords;
import org.postlane.credential.ScramKeys;
import org.postlane.james.JamesFiles;
import org.postlane.james.Parameters;
import org.postlane.mailet.TestFiles;
import org.postlane.recipient.TestDirectory;

/** The example of RFC 7677 3, and what SCRAM can bind to. */
class ScramExchangeTest {
    private static final class Everybody implements Authority {
        @Override
        public CompletableFuture<Optional<Username>> verify(Username user, String password) {
            return CompletableFuture.completedFuture(Optional.of(user));
        }

        @Override
        public CompletableFuture<Boolean> mayActAs(Username user, Username other) {
            return CompletableFuture.completedFuture(true);
        }
    }

    @TempDir
    private Path files;

    @Test
    void theExampleOfTheRfcIsAnsweredWordByWord() throws Exception {
        Username user = Username.of("user");
        TestDirectory directory = TestDirectory.withoutVirtualHosting();
        directory.users.addUser(user, "pencil");
        CredentialStore store = new CredentialStore(new JamesFiles(new TestFiles(files)));
        store.open("test", CredentialSettings.read(new Parameters("test", Map.of())));
        Passwords passwords = new Passwords(directory.users, store, Clock.systemUTC());
        byte[] salt = Base64.getDecoder().decode("W22ZaJ0SNY7soEsUEjb6gQ==");
        Examples.put(store, directory.users.getUserByName(user), ScramKeys.derive("pencil", salt, 4096));

        ScramExchange exchange = new ScramExchange(new ScramExchange.Setting(store, passwords, new Everybody(),
            new ChannelBindings(Optional.empty()), false), false, () -> "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0");
        assertThat(text(exchange.next("n,,n=user,r=rOprNGfwEbeRWgbNEkqO".getBytes(UTF_8)).get())).isEqualTo(
            "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096");
        assertThat(text(exchange.next(("c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
            + "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=").getBytes(UTF_8)).get()))
            .isEqualTo("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
        assertThat(exchange.next(new byte[0]).get().user()).isEqualTo(user);
        passwords.close();
        store.close();
    }

    @Test
    void aMessageOfAnyLengthIsReadWithoutDepth() {
        String many = ",x=y".repeat(1_000_000);
        assertThat(ScramMessages.first("n,,n=user,r=nonce" + many)).isEmpty();
        assertThat(ScramMessages.last("c=biws,r=nonce" + many + ",p=AAAA")).isEmpty();
        assertThat(ScramMessages.first("n,,n=user,r=nonce,x=y,z=1").orElseThrow().nonce()).isEqualTo("nonce");
    }

    private static String text(Step step) {
        return new String(step.challenge(), UTF_8);
    }

    @Test
    void withoutTlsThereIsNothingToBindTo() {
        assertThat(new ChannelBindings(Optional.empty()).hasAny()).isFalse();
    }

    @Test
    void bothSidesOfATlsSessionHaveTheSameEndPointAndNoUnique() throws Exception {
        SSLSession[] sides = handshake();
        assertThat(new ChannelBindings(Optional.of(sides[1])).data("tls-server-end-point"))
            .hasValueSatisfying(data -> assertThat(data).hasSize(32));
        assertThat(new ChannelBindings(Optional.of(sides[1])).has("tls-unique")).isFalse();
        // The client has no certificate of its own.
        assertThat(new ChannelBindings(Optional.of(sides[0])).has("tls-server-end-point")).isFalse();
    }

    /** Java 25 is the first to show it. */
    @Test
    void bothSidesOfATlsSessionHaveTheSameExporterWhereTheJvmShowsIt() throws Exception {
        SSLSession[] sides = handshake();
        Optional<byte[]> ofTheClient = new ChannelBindings(Optional.of(sides[0])).data("tls-exporter");
        Optional<byte[]> ofTheServer = new ChannelBindings(Optional.of(sides[1])).data("tls-exporter");
        assertThat(ofTheServer.isPresent()).isEqualTo(Runtime.version().feature() >= 25);
        assertThat(ofTheServer.orElse(new byte[32])).hasSize(32).isEqualTo(ofTheClient.orElse(new byte[32]));
    }

    /** The client's side of a session, and the server's. */
    private static SSLSession[] handshake() throws Exception {
        try (SSLServerSocket listener = (SSLServerSocket) AuthServer.TLS.serverContext().getServerSocketFactory()
                .createServerSocket(0, 1, InetAddress.getLoopbackAddress());
                SSLSocket client = (SSLSocket) AuthServer.TLS.clientContext().getSocketFactory()
                    .createSocket(listener.getInetAddress(), listener.getLocalPort());
                SSLSocket server = (SSLSocket) listener.accept()) {
            CompletableFuture<SSLSession> other = CompletableFuture.supplyAsync(server::getSession);
            SSLSession own = client.getSession();
            return new SSLSession[] {own, other.get()};
        }
    }
}
