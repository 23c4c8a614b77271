// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing;

import org.postlane.testing.RuleBook.Phase;

/** Looks up in a {@link RuleBook} what to do in each phase; accepts where no rule applies. */
abstract class RuledBehaviour implements Behaviour {
    private final RuleBook rules = new RuleBook();

    /** One end of content: for one recipient of LMTP or, where that is null, for all of them. */
    record End(ReceivedMail mail, String recipient) {
    }

    RuleBook rules() {
        return rules;
    }

    private Reaction decide(Phase phase, Connection connection, Object subject) {
        return rules.find(phase, connection, subject).orElse(Reaction.proceed());
    }

    @Override
    public Reaction onConnect(Connection connection) {
        return decide(Phase.CONNECT, connection, "");
    }

    @Override
    public Reaction onEhlo(Connection connection, String name) {
        return decide(Phase.EHLO, connection, name);
    }

    @Override
    public Reaction onHelo(Connection connection, String name) {
        return decide(Phase.HELO, connection, name);
    }

    @Override
    public Reaction onStartTls(Connection connection) {
        return decide(Phase.STARTTLS, connection, "");
    }

    @Override
    public Reaction onHandshake(Connection connection) {
        return decide(Phase.HANDSHAKE, connection, "");
    }

    @Override
    public Reaction onAuth(Connection connection, String user, String secret) {
        return decide(Phase.AUTH, connection, user);
    }

    @Override
    public Reaction onChallenge(Connection connection, String mechanism, int number) {
        return decide(Phase.CHALLENGE, connection, number);
    }

    @Override
    public Reaction onMail(Connection connection, String from) {
        return decide(Phase.MAIL, connection, from);
    }

    @Override
    public Reaction onRcpt(Connection connection, String to) {
        return decide(Phase.RCPT, connection, to);
    }

    @Override
    public Reaction onData(Connection connection) {
        return decide(Phase.DATA, connection, "");
    }

    @Override
    public Reaction onEndOfData(Connection connection, ReceivedMail mail) {
        return decide(Phase.END_OF_DATA, connection, new End(mail, null));
    }

    @Override
    public Reaction onEndOfDataFor(Connection connection, ReceivedMail mail, Recipient recipient) {
        return decide(Phase.END_OF_DATA, connection, new End(mail, recipient.address()));
    }

    @Override
    public boolean knowsBdat(Connection connection) {
        return rules.find(Phase.BDAT_UNKNOWN, connection, "").isEmpty();
    }

    @Override
    public Reaction onBdatOctets(Connection connection, long size, boolean last) {
        return decide(Phase.BDAT_OCTETS, connection, "");
    }

    @Override
    public Reaction onBdat(Connection connection, long size, boolean last) {
        return decide(Phase.BDAT, connection, "");
    }

    @Override
    public Reaction onRset(Connection connection) {
        return decide(Phase.RSET, connection, "");
    }

    @Override
    public Reaction onNoop(Connection connection) {
        return decide(Phase.NOOP, connection, "");
    }

    @Override
    public Reaction onVrfy(Connection connection, String argument) {
        return decide(Phase.VRFY, connection, argument);
    }

    @Override
    public Reaction onExpn(Connection connection, String list) {
        return decide(Phase.EXPN, connection, list);
    }

    @Override
    public Reaction onHelp(Connection connection, String argument) {
        return decide(Phase.HELP, connection, argument);
    }

    @Override
    public Reaction onQuit(Connection connection) {
        return decide(Phase.QUIT, connection, "");
    }

    @Override
    public Reaction onIdle(Connection connection) {
        return decide(Phase.IDLE, connection, "");
    }

    @Override
    public Reaction onOther(Connection connection, String line) {
        return decide(Phase.OTHER, connection, line);
    }
}
