// SPDX-License-Identifier: Apache-2.0
package org.postlane.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.postlane.peers.Sessions.AMPLE;
import static org.postlane.peers.Sessions.get;
import static org.postlane.peers.Sessions.send;
import static org.postlane.peers.Sessions.statuses;
import static org.postlane.smtp.RecipientResult.Status.DELIVERED;

import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.postlane.smtp.Protocol;
import org.postlane.smtp.SessionSettings;
import org.postlane.smtp.SmtpConnection;
import org.postlane.smtp.SmtpException;
import org.postlane.smtp.TlsMode;
import org.postlane.smtp.sasl.Credentials;
import org.postlane.smtp.sasl.SaslMechanism;
import org.postlane.testing.docker.RequiresDocker;

/** Postfix 3.7, as strict as it can be with line ends and with clients that talk out of turn. */
@RequiresDocker
class PostfixDockerTest extends SmtpPeerContract {
    private static final int WITHOUT_PIPELINING = 2501;
    private static final int MUTUAL_TLS = 2505;
    private static final Tokens TOKENS = new Tokens();

    @Override
    Peer start(PeerTls tls) {
        TOKENS.writeKey(tls.directory().resolve("oauth2"));
        return Peer.start("postfix", tls, List.of(SMTP, SUBMISSION, WITHOUT_PIPELINING, IMPATIENT, ONE_AT_A_TIME, MUTUAL_TLS),
            List.of(SUBMISSIONS));
    }

    @Override
    List<Way> ways() {
        return Way.all(Protocol.SMTP, SMTP, WITHOUT_PIPELINING);
    }

    @Override
    List<SaslMechanism> mechanisms() {
        return List.of(SaslMechanism.values());
    }

    @Override
    Credentials credentials(SaslMechanism mechanism, boolean good) {
        return mechanism == SaslMechanism.OAUTHBEARER || mechanism == SaslMechanism.XOAUTH2
            ? Credentials.bearer(USER, TOKENS.token(USER, good)).withMechanism(mechanism)
            : super.credentials(mechanism, good);
    }

    @ParameterizedTest
    @EnumSource
    void postfixNotesTheMechanism(SaslMechanism mechanism) {
        SessionSettings settings = submission(TlsMode.VERIFIED).credentials(credentials(mechanism, true)).build();
        SmtpConnection connection = sessions.connect(settings);
        assertThat(statuses(send(connection, Message.about(unique("by " + mechanism)), ALICE))).containsExactly(DELIVERED);

        await().atMost(AMPLE).untilAsserted(() ->
            assertThat(peer.log()).contains("sasl_method=" + mechanism.saslName() + ", sasl_username=" + USER));
        get(connection.quit());
    }

    @Test
    void aClientIsKnownByItsCertificate() {
        Message message = Message.about(unique("with a certificate"));
        SessionSettings.Builder settings = Sessions.to(peer, MUTUAL_TLS).tls(TlsMode.VERIFIED);
        SmtpConnection connection = sessions.connect(settings.tlsMaterial(peer.tls().trustAndKey()).build());

        assertThat(statuses(send(connection, message, ALICE))).containsExactly(DELIVERED);

        assertThat(assertStored("alice", message, false).text()).contains("(Client CN \"" + Peer.HOST + "\"");
        get(connection.quit());
    }

    @Test
    void aClientWithoutACertificateIsRefusedWhereOneIsRequired() {
        SessionSettings settings = Sessions.to(peer, MUTUAL_TLS).tls(TlsMode.VERIFIED).build();

        assertThat(sessions.refusal(settings)).isInstanceOf(SmtpException.class);
    }

    @ParameterizedTest
    @MethodSource("ways")
    void postfixCountsOneConnectionWithAllMails(Way way) {
        SmtpConnection connection = sessions.connect(way.to(peer));
        for (int i = 0; i < 7; i++) {
            assertThat(statuses(send(connection, Message.about(unique("counted")), ALICE, BOB, CAROL))).contains(DELIVERED);
        }
        get(connection.quit());

        // By BDAT one more, for the octet that goes first.
        String content = way.ignored().contains("CHUNKING") ? "data=7" : "bdat=8";
        await().atMost(AMPLE).untilAsserted(() -> assertThat(peer.log())
            .containsPattern("disconnect from \\S+ ehlo=1 mail=7 rcpt=21 " + content + " (rset=\\d )?quit=1"));
    }

    @Override
    List<String> traceFields(boolean severalRecipients) {
        return List.of("Return-Path", "X-Original-To", "Delivered-To", "Received");
    }

    @Override
    Map<String, Change> changesByPeer(Way way) {
        // The first line of a file of mbox format is nearly a header field: behind DATA it is made one, behind BDAT it ends the
        // header.
        Change mailboxLine = Change.inFront(way.ignored().contains("CHUNKING") ? "X-Mailbox-Line: " : "\n");
        return Map.of(
            MIMETOOLS + "jt-0498.msg", mailboxLine,
            MIMETOOLS + "mp-msg-rfc822.msg", mailboxLine,
            MIMETOOLS + "twopart.msg", mailboxLine,
            MIMETOOLS + "uu-junk.msg", mailboxLine,
            MIMETOOLS + "hdr-fakeout.msg", Change.headerEndsBefore("The header is not p"),
            MIME4J + "basic-plain-with-bad-header-separator.msg", Change.headerEndsBefore("This is a very simp"),
            MIME4J + "malformedHeader-nocrlfcrlf.msg", Change.headerEndsBefore("This is an invalid "),
            MIME4J + "malformedHeaderStartsBody-nocrlfcrlf.msg", Change.headerEndsBefore("This is an invalid "),
            MIME4J + "obsolete.msg", Change.replacing("Date    :", "Date:")
                .and(Change.replacing("Subject :", "Subject:")).and(Change.headerEndsBefore("Inval")));
    }
}
