// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing;

import java.io.IOException;
import java.util.List;

/** Answers the end of a message: once under SMTP, once for each accepted recipient under LMTP (RFC 2033, 4.2). */
final class FinalReplies {
    private final Session session;
    private final Connection connection;
    private final Settings settings;
    private final Recorder recorder;
    private final Behaviour behaviour;

    FinalReplies(Session session, Connection connection, Settings settings, Recorder recorder) {
        this.session = session;
        this.connection = connection;
        this.settings = settings;
        this.recorder = recorder;
        this.behaviour = settings.behaviour();
    }

    void to(ReceivedMail mail) throws IOException {
        session.enter("(end of data)");
        String number = connection.id() + "." + mail.transactionNumber();
        boolean tooLarge = settings.isTooLarge(mail.size());
        if (settings.lmtp()) {
            answerEach(mail, tooLarge ? "552 5.3.4 too large for <%s>" : "250 2.1.5 <%s> has it as " + number);
        } else if (mail.recipients().isEmpty()) {
            answerOnce(mail, "554 5.5.1 no valid recipients");
        } else {
            answerOnce(mail, tooLarge ? "552 5.3.4 too large" : "250 2.0.0 taken as " + number);
        }
    }

    private void answerOnce(ReceivedMail mail, String usual) throws IOException {
        boolean[] recorded = new boolean[1];
        try {
            session.react(behaviour.onEndOfData(connection, mail), usual, code -> {
                recorded[0] = true;
                if (Replies.accepts(code)) {
                    mail.recipients().forEach(mail::acceptedFor);
                }
                recorder.mail(mail, Replies.accepts(code));
            });
        } finally {
            if (!recorded[0]) {
                recorder.mail(mail, false);
            }
        }
    }

    private void answerEach(ReceivedMail mail, String usual) throws IOException {
        List<Recipient> recipients = mail.recipients();
        if (recipients.isEmpty()) {
            recorder.mail(mail, false);
            session.react(behaviour.onEndOfData(connection, mail), "", code -> { });
            return;
        }
        boolean[] recorded = new boolean[1];
        try {
            for (int i = 0; i < recipients.size(); i++) {
                Recipient recipient = recipients.get(i);
                boolean last = i == recipients.size() - 1;
                session.react(behaviour.onEndOfDataFor(connection, mail, recipient), String.format(usual, recipient.address()),
                    code -> {
                        boolean accepted = Replies.accepts(code);
                        if (accepted) {
                            mail.acceptedFor(recipient);
                        }
                        if (!recorded[0] && (accepted || last)) {
                            recorded[0] = true;
                            recorder.mail(mail, accepted);
                        }
                    });
            }
        } finally {
            if (!recorded[0]) {
                recorder.mail(mail, false);
            }
        }
    }
}
