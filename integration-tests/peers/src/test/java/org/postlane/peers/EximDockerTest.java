// SPDX-License-Identifier: Apache-2.0
package org.postlane.peers;

import java.util.List;
import java.util.Map;

import org.postlane.smtp.Protocol;
import org.postlane.smtp.sasl.SaslMechanism;
import org.postlane.testing.docker.RequiresDocker;

/**
 * Exim 4.96. It shares nothing with Postfix, being one program with GnuTLS against many with OpenSSL, and has the extensions that
 * OpenSMTPD lacks: CHUNKING, SMTPUTF8. Its refusals carry no enhanced codes.
 */
@RequiresDocker
class EximDockerTest extends SmtpPeerContract {
    private static final int WITHOUT_PIPELINING = 2501;

    @Override
    Peer start(PeerTls tls) {
        return Peer.start("exim", tls, List.of(SMTP, SUBMISSION, WITHOUT_PIPELINING, IMPATIENT, ONE_AT_A_TIME),
            List.of(SUBMISSIONS));
    }

    @Override
    List<Way> ways() {
        return Way.all(Protocol.SMTP, SMTP, WITHOUT_PIPELINING);
    }

    @Override
    List<SaslMechanism> mechanisms() {
        return List.of(SaslMechanism.PLAIN, SaslMechanism.CRAM_MD5, SaslMechanism.LOGIN);
    }

    /** Exim passes on what it got. */
    @Override
    String reported(String decoded, String encoded) {
        return encoded;
    }

    @Override
    List<String> traceFields(boolean severalRecipients) {
        return List.of("Return-path", "Envelope-to", "Delivery-date", "Received");
    }

    @Override
    Map<String, Change> changesByPeer(Way way) {
        return Map.of(
            // A line of white space, where a header field is expected, is blank to Exim.
            MIMETOOLS + "hdr-fakeout.msg", Change.replacing("\n \nThe header", "\n\nThe header"),
            MIME4J + "basic-plain-with-bad-header-separator.msg", Change.replacing("\n \nThis is", "\n\nThis is"),
            MIME4J + "malformedHeader-nocrlfcrlf.msg", Change.headerEndsBefore("This is an invalid "),
            MIME4J + "malformedHeaderStartsBody-nocrlfcrlf.msg", Change.headerEndsBefore("This is an invalid "));
    }
}
