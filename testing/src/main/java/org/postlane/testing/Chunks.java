// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.postlane.testing.Violation.Kind;

/** BDAT on one connection (RFC 3030): its octets are counted and never parsed, and swallowed even where it is refused. */
final class Chunks {
    /** The phase in which the octets are expected. */
    static final String OCTETS = "(octets)";
    private static final Pattern COMMAND = Pattern.compile("BDAT (\\d{1,18})( LAST)?", Pattern.CASE_INSENSITIVE);

    private final Session session;
    private final Connection connection;
    private final Settings settings;
    private final Behaviour behaviour;
    private final Transactions transactions;

    Chunks(Session session, Connection connection, Settings settings, Transactions transactions) {
        this.session = session;
        this.connection = connection;
        this.settings = settings;
        this.behaviour = settings.behaviour();
        this.transactions = transactions;
    }

    void serve(String line, Envelope envelope) throws IOException {
        boolean offered = session.offered("CHUNKING");
        if (!offered || !behaviour.knowsBdat(connection)) {
            if (!offered) {
                session.violation(Kind.UNKNOWN_COMMAND, "BDAT was not offered: " + line);
            }
            // What follows was sent as octets of the chunk and is read as commands: no haste of the client.
            session.enter(OCTETS);
            session.react(behaviour.onOther(connection, line), "500 5.5.1 unknown command", code -> { });
            return;
        }
        Matcher command = COMMAND.matcher(line);
        if (!command.matches()) {
            session.violation(Kind.MALFORMED_COMMAND, line);
            session.react(Reaction.proceed(), "501 5.5.4 cannot read that size", code -> { });
            return;
        }
        serve(Long.parseLong(command.group(1)), command.group(2) != null, envelope);
    }

    private void serve(long size, boolean last, Envelope envelope) throws IOException {
        Optional<String> refusal = refusal(envelope);
        session.enter(OCTETS);
        int early = session.react(behaviour.onBdatOctets(connection, size, last), "", code -> { });
        byte[] octets = read(size);
        connection.said(Connection.Speaker.CLIENT, "(chunk, " + size + " octets)");
        if (early != 0) {
            envelope.chunks().fail();
        } else if (last && refusal.isEmpty()) {
            envelope.chunks().add(octets);
            transactions.end(envelope.chunks());
        } else {
            answer(size, last, octets, refusal, envelope);
        }
    }

    private void answer(long size, boolean last, byte[] octets, Optional<String> refusal, Envelope envelope) throws IOException {
        boolean tooLarge = settings.isTooLarge(envelope.chunks().size() + size);
        String usual = refusal.orElse(tooLarge ? "552 5.3.4 too large" : "250 2.0.0 " + size + " octets taken");
        session.enter("BDAT");
        int code = session.react(behaviour.onBdat(connection, size, last), usual, decided -> {
            if (!Replies.accepts(decided)) {
                envelope.chunks().fail();
            } else if (last) {
                transactions.reset();
            } else {
                envelope.chunks().add(octets);
            }
        });
        if (code == 0) {
            envelope.chunks().fail();
        }
    }

    /** Why no chunk is due now; empty where one is. */
    private Optional<String> refusal(Envelope envelope) {
        boolean mayPipeline = session.mayPipeline();
        if (!envelope.isOpen()) {
            return Optional.of(session.outOfOrder("BDAT without MAIL", !envelope.wasMailTried() || !mayPipeline));
        }
        if (envelope.wasDataTried()) {
            return Optional.of(session.outOfOrder("BDAT and DATA in one transaction", true));
        }
        if (envelope.recipients().isEmpty()) {
            return Optional.of(session.outOfOrder("BDAT without RCPT", !envelope.wasRcptTried() || !mayPipeline));
        }
        if (envelope.isChunked() && envelope.chunks().hasFailed()) {
            return Optional.of(session.outOfOrder("BDAT behind a refused one", !mayPipeline));
        }
        return Optional.empty();
    }

    private byte[] read(long size) throws IOException {
        ContentReader.Source source = session.octets();
        // Grows with what comes: a size is only a claim.
        ByteArrayOutputStream octets = new ByteArrayOutputStream((int) Math.min(size, 64 * 1024));
        for (long i = 0; i < size; i++) {
            int octet = source.read();
            if (octet < 0) {
                throw new ConnectionEnded(Ending.EOF);
            }
            octets.write(octet);
        }
        return octets.toByteArray();
    }
}
