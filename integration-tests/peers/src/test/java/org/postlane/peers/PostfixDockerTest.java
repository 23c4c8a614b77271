// SPDX-License-Identifier: Apache-2.0
package org.postlane.peers;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import org.postlane.smtp.Protocol;
import org.postlane.testing.docker.RequiresDocker;

/** Postfix 3.7, as strict as it can be with line ends and with clients that talk out of turn. */
@RequiresDocker
class PostfixDockerTest extends SmtpPeerContract {
    private static final int WITHOUT_PIPELINING = 2501;

    @Override
    Peer start(Path files) {
        return Peer.start("postfix", files, List.of(SMTP, SUBMISSION, WITHOUT_PIPELINING, IMPATIENT, ONE_AT_A_TIME),
            List.of(SUBMISSIONS));
    }

    @Override
    List<Way> ways() {
        return Way.all(Protocol.SMTP, SMTP, WITHOUT_PIPELINING);
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
