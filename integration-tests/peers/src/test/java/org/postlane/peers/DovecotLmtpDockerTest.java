// SPDX-License-Identifier: Apache-2.0
package org.postlane.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postlane.peers.Sessions.get;
import static org.postlane.peers.Sessions.send;
import static org.postlane.peers.Sessions.statuses;
import static org.postlane.smtp.RecipientResult.Status.DELIVERED;
import static org.postlane.smtp.RecipientResult.Status.FAILED;

import java.util.List;
import java.util.Map;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.postlane.smtp.Failure;
import org.postlane.smtp.Fault;
import org.postlane.smtp.Protocol;
import org.postlane.smtp.RecipientResult;
import org.postlane.smtp.SmtpConnection;
import org.postlane.smtp.TlsMode;
import org.postlane.testing.docker.RequiresDocker;

/** Dovecot 2.3 as an LMTP server: it answers the content once for each recipient that it accepted. */
@RequiresDocker
class DovecotLmtpDockerTest extends PeerContract {
    private static final int LMTP = 24;
    private static final int LMTPS = 2401;
    private static final String FULL = "full@" + Peer.DOMAIN;

    @Override
    Peer start(PeerTls tls) {
        return Peer.start("dovecot", tls, List.of(LMTP), List.of(LMTPS));
    }

    @Override
    List<Way> ways() {
        return Way.all(Protocol.LMTP, LMTP, LMTP);
    }

    /** With several recipients it does not tell each of the others. */
    @Override
    List<String> traceFields(boolean severalRecipients) {
        return severalRecipients ? List.of("Return-Path", "Received") : List.of("Return-Path", "Delivered-To", "Received");
    }

    @Override
    Map<String, Change> changesByPeer(Way way) {
        return Map.of();
    }

    @ParameterizedTest
    @MethodSource("ways")
    void aFullMailboxIsRefusedBehindTheContentAndTheOthersHaveTheMail(Way way) {
        Message message = Message.about(unique("too much for one"));
        SmtpConnection connection = sessions.connect(way.to(peer));

        List<RecipientResult> results = send(connection, message, FULL, ALICE, NOBODY, FULL, BOB);

        assertThat(statuses(results)).containsExactly(FAILED, DELIVERED, FAILED, FAILED, DELIVERED);
        assertThat(results).filteredOn(result -> result.status() == FAILED)
            .allSatisfy(result -> assertThat(result.failure().map(Failure::fault)).contains(Fault.RECIPIENT));
        assertThat(results.stream().map(result -> result.reply().orElseThrow().code())).containsExactly(552, 250, 550, 552, 250);
        assertStored("alice", message, true);
        assertStored("bob", message, true);
        assertThat(peer.mailsOf("full")).isEmpty();
        assertGoesOn(connection);
    }

    @ParameterizedTest
    @MethodSource("ways")
    void aMailForFullMailboxesAloneLeavesTheSessionGood(Way way) {
        SmtpConnection connection = sessions.connect(way.to(peer));

        assertThat(statuses(send(connection, Message.about(unique("too much")), FULL, FULL))).containsExactly(FAILED, FAILED);

        assertGoesOn(connection);
    }

    @ParameterizedTest
    @EnumSource(value = TlsMode.class, names = {"VERIFIED", "IMPLICIT_VERIFIED"})
    void aMailGoesOverBothKindsOfTls(TlsMode mode) {
        Message message = Message.about(unique("over TLS"));
        SmtpConnection connection = sessions.connect(
            Sessions.to(peer, mode == TlsMode.VERIFIED ? LMTP : LMTPS).protocol(Protocol.LMTP).tls(mode).build());
        assertThat(connection.isEncrypted()).isTrue();

        assertThat(statuses(send(connection, message, ALICE))).containsExactly(DELIVERED);

        assertThat(assertStored("alice", message, false).text()).contains(" with LMTPS");
        get(connection.quit());
    }
}
