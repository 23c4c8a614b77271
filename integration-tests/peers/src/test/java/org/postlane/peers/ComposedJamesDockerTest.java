// SPDX-License-Identifier: Apache-2.0
package org.postlane.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postlane.testing.docker.RequiresDocker;

/** James in its container, and mail servers of others in theirs, which it finds by DNS. */
@RequiresDocker(compose = true)
class ComposedJamesDockerTest {
    @TempDir
    private static Path conf;
    @TempDir
    private static Path files;
    private static PeeredJames net;

    @BeforeAll
    static void start() {
        net = new PeeredJames(conf, files, Map.of());
        net.start();
    }

    @AfterAll
    static void stop() {
        if (net != null) {
            net.close();
        }
    }

    private static String subject(String what) {
        return what + " " + UUID.randomUUID();
    }

    /** The one mail of that subject, once the user has it. */
    private static String stored(Peer peer, String user, String subject) {
        List<StoredMail> mails = await("mail for " + user).atMost(Duration.ofMinutes(2)).until(() -> peer.mailsOf(user).stream()
            .filter(mail -> mail.text().contains("Subject: " + subject + "\n")).toList(), found -> !found.isEmpty());
        assertThat(mails).hasSize(1);
        return mails.get(0).text();
    }

    @Test
    void mailForAnotherDomainGoesToItsMxOverTls() {
        String subject = subject("by MX");
        net.submit(PeeredJames.ALICE, "bob@" + Peer.DOMAIN, subject);

        assertThat(stored(net.postfix(), "bob", subject)).containsPattern("by mx\\.peer\\.test \\(Postfix\\) with ESMTPS id");
    }

    @Test
    void mailOfOneSenderDomainGoesThroughAGatewayWithAPasswordOverVerifiedTls() {
        String subject = subject("by the gateway");
        net.submit(PeeredJames.GATED, "carol@" + Peer.DOMAIN, subject);

        assertThat(stored(net.postfix(), "carol", subject)).containsPattern("by mx\\.peer\\.test \\(Postfix\\) with ESMTPSA id");
    }

    @Test
    void mailForARelayDomainGoesIntoItsMailboxesOverLmtp() {
        String subject = subject("by LMTP");
        net.receive("dave@" + PeeredJames.BOX, subject);

        assertThat(stored(net.dovecot(), "dave", subject)).containsPattern("(?s)by mx\\.peer\\.test\\s+with LMTPS");
    }
}
