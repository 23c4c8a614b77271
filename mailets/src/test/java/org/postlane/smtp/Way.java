// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import org.postlane.testing.Behaviour;
import org.postlane.testing.SmtpServer;
import org.postlane.testing.SmtpServerBuilder;

/**
 * One of the ways in which a mail gets to a server: {SMTP, LMTP} × {PIPELINING, not} × {BDAT, DATA} × {plain, STARTTLS,
 * implicit TLS}.
 */
record Way(Protocol protocol, boolean pipelining, boolean chunking, TlsMode tls) {
    static Stream<Way> all() {
        return Stream.of(Protocol.values()).flatMap(protocol -> Stream.of(true, false)
            .flatMap(pipelining -> Stream.of(true, false)
                .flatMap(chunking -> Stream.of(TlsMode.NONE, TlsMode.VERIFIED, TlsMode.IMPLICIT_VERIFIED)
                    .map(tls -> new Way(protocol, pipelining, chunking, tls)))));
    }

    static Stream<Way> lmtp() {
        return all().filter(way -> way.protocol == Protocol.LMTP);
    }

    boolean isLmtp() {
        return protocol == Protocol.LMTP;
    }

    /** A server that is spoken to in this way. */
    SmtpServerBuilder server(Behaviour behaviour, String... more) {
        List<String> extensions = new ArrayList<>(List.of("8BITMIME", "SIZE 10485760", "ENHANCEDSTATUSCODES"));
        if (pipelining) {
            extensions.add("PIPELINING");
        }
        if (chunking) {
            extensions.add("CHUNKING");
        }
        extensions.addAll(List.of(more));
        SmtpServerBuilder builder = SmtpServer.builder().behaviour(behaviour).extensions(extensions.toArray(String[]::new));
        if (isLmtp()) {
            builder.lmtp();
        }
        return switch (tls) {
            case VERIFIED -> builder.startTls(SmtpFixture.TLS);
            case IMPLICIT_VERIFIED -> builder.implicitTls(SmtpFixture.TLS);
            default -> builder;
        };
    }

    /** Settings for such a server. */
    SessionSettings.Builder settings(SmtpServer server) {
        return SmtpFixture.settings(server).protocol(protocol).tls(tls);
    }

    @Override
    public String toString() {
        String secured = switch (tls) {
            case VERIFIED -> "STARTTLS";
            case IMPLICIT_VERIFIED -> "implicit TLS";
            default -> "plain";
        };
        return protocol + (pipelining ? ", pipelining, " : ", in turn, ") + (chunking ? "BDAT, " : "DATA, ") + secured;
    }
}
