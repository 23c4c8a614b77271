// SPDX-License-Identifier: Apache-2.0
package org.postlane.it;

import java.util.ArrayList;
import java.util.List;

/** What each verb of SMTP is answered, one conversation a row; {@code docs/smtp.md} has a row for each verb and code of these. */
final class SmtpTranscripts {
    /** Where a conversation is held. */
    enum Session {
        /** Port 25, greeting read and no more. */
        CONNECTED,
        /** Port 25, after EHLO. */
        WORLD,
        /** Port 25, within TLS, where nothing has been said yet. */
        TLS,
        /** Port 587, after EHLO, not logged in. */
        SUBMISSION,
        /** Port 587, logged in as ann@local.test. */
        ANN
    }

    /**
     * A conversation.
     *
     * @param sentence what it shows
     * @param code of the reply to its last line; all others are answered 2xx or 3xx
     * @param begins how that reply begins, code included
     */
    record Row(String sentence, Session session, int code, String begins, List<String> lines) {
        /** The verb of its last line, which may be one of a message. */
        String verb() {
            return lines.contains("DATA") ? "DATA" : lines.get(lines.size() - 1).split("[ ]", 2)[0];
        }

        @Override
        public String toString() {
            return sentence;
        }
    }

    static final String FROM = "MAIL FROM:<x@world.test>";
    static final String TO_ANN = "RCPT TO:<ann@local.test>";
    private static final String LONG = "x".repeat(9_000);
    private static final List<Row> ROWS = new ArrayList<>();

    private SmtpTranscripts() {
    }

    static List<Row> rows() {
        return ROWS;
    }

    private static void row(String sentence, Session session, String begins, String... lines) {
        ROWS.add(new Row(sentence, session, Integer.parseInt(begins.substring(0, 3)), begins, List.of(lines)));
    }

    static {
        sessions();
        mail();
        rcpt();
        data();
        questions();
        rest();
    }

    private static void sessions() {
        row("HELO begins a session", Session.CONNECTED, "250 ", "HELO client.test");
        row("EHLO begins a session", Session.CONNECTED, "250-", "EHLO client.test");
        row("HELO without a name is refused", Session.CONNECTED, "501 ", "HELO");
        row("EHLO without a name is refused", Session.CONNECTED, "501 ", "EHLO");
        row("a name that is too long is not repeated", Session.CONNECTED, "501 5.5.4 ", "EHLO " + "x".repeat(256));
        row("HELO with a name that is too long is refused", Session.CONNECTED, "501 5.5.4 ", "HELO " + "x".repeat(256));
        row("QUIT ends the session", Session.WORLD, "221 ", "QUIT");
        row("QUIT with an argument is refused", Session.WORLD, "501 5.5.4 ", "QUIT now");
        row("RSET forgets the mail", Session.WORLD, "250 ", FROM, TO_ANN, "RSET");
        row("RSET with an argument is refused", Session.WORLD, "501 5.5.4 ", "RSET now");
        row("STARTTLS begins TLS", Session.WORLD, "220 2.0.0 ", "STARTTLS");
        row("STARTTLS in front of EHLO is in order", Session.CONNECTED, "220 2.0.0 ", "STARTTLS");
        row("STARTTLS with an argument is refused", Session.WORLD, "501 5.5.4 ", "STARTTLS now");
        row("STARTTLS within TLS is out of order", Session.TLS, "503 5.5.1 ", "STARTTLS");
        row("STARTTLS behind a login is out of order", Session.ANN, "503 5.5.1 ", "STARTTLS");
        row("MAIL needs another EHLO within TLS", Session.TLS, "503 ", FROM);
        row("NOOP does nothing", Session.CONNECTED, "250 ", "NOOP");
        row("NOOP takes an argument", Session.CONNECTED, "250 ", "NOOP at all");
    }

    private static void mail() {
        row("MAIL begins a mail", Session.WORLD, "250 2.1.0 ", FROM);
        row("MAIL takes the null sender", Session.WORLD, "250 2.1.0 ", "MAIL FROM:<>");
        row("MAIL takes the parameters that EHLO announces", Session.WORLD, "250 ",
            "MAIL FROM:<x@world.test> SIZE=1000 BODY=8BITMIME RET=HDRS ENVID=id+2B1");
        row("MAIL in front of EHLO is out of order", Session.CONNECTED, "503 ", FROM);
        row("a second MAIL is out of order", Session.WORLD, "503 5.5.1 ", FROM, "MAIL FROM:<y@world.test>");
        row("MAIL without an address is refused", Session.WORLD, "501 ", "MAIL");
        row("MAIL without brackets is refused", Session.WORLD, "501 ", "MAIL FROM:x@world.test");
        row("MAIL with a malformed address is refused", Session.WORLD, "501 ", "MAIL FROM:<x y@world.test>");
        row("MAIL with an unknown parameter is refused", Session.WORLD, "555 5.5.4 ", "MAIL FROM:<x@world.test> SMTPUTF8");
        row("MAIL with AUTH where nobody logs in is refused", Session.WORLD, "555 5.5.4 ", "MAIL FROM:<x@world.test> AUTH=<>");
        row("MAIL with AUTH where one logs in is taken", Session.ANN, "250 ", "MAIL FROM:<ann@local.test> AUTH=<>");
        row("MAIL with a parameter twice is refused", Session.WORLD, "501 5.5.4 ", "MAIL FROM:<x@world.test> SIZE=1 SIZE=2");
        row("MAIL with a size that is no number is refused", Session.WORLD, "501 5.5.4 ", "MAIL FROM:<x@world.test> SIZE=big");
        row("MAIL with an unknown body type is refused", Session.WORLD, "501 5.5.4 ",
            "MAIL FROM:<x@world.test> BODY=BINARYMIME");
        row("MAIL with a wish for reports that is none is refused", Session.WORLD, "501 5.5.4 ",
            "MAIL FROM:<x@world.test> RET=NOTHING");
        row("MAIL with an envelope id that is no xtext is refused", Session.WORLD, "501 5.5.4 ",
            "MAIL FROM:<x@world.test> ENVID=a+b");
        row("MAIL with a size over the limit is refused", Session.WORLD, "552 5.3.4 ", "MAIL FROM:<x@world.test> SIZE=70000");
        row("MAIL with a size that James cannot count is refused for that", Session.WORLD, "552 5.3.4 ",
            "MAIL FROM:<x@world.test> SIZE=12345678901234567890");
        row("MAIL with an address that is not ASCII is refused", Session.WORLD, "553 5.6.7 ", "MAIL FROM:<\u00e4@world.test>");
        row("MAIL as somebody else is refused to who has logged in", Session.ANN, "550 5.7.1 ", "MAIL FROM:<bea@local.test>");
        row("MAIL as a user is refused to who has not logged in", Session.SUBMISSION, "530 5.7.0 ",
            "MAIL FROM:<ann@local.test>");
    }

    private static void rcpt() {
        row("RCPT takes a recipient", Session.WORLD, "250 2.1.5 ", FROM, TO_ANN);
        row("RCPT takes the postmaster without a domain", Session.WORLD, "250 2.1.5 ", FROM, "RCPT TO:<Postmaster>");
        row("RCPT takes wishes for reports", Session.WORLD, "250 2.1.5 ", FROM,
            TO_ANN + " NOTIFY=SUCCESS,failure,DELAY ORCPT=rfc822;ann+2B1@old.test");
        row("RCPT takes an original recipient of another type", Session.WORLD, "250 ", FROM, TO_ANN + " ORCPT=x400;c+3Dde");
        row("RCPT in front of MAIL is out of order", Session.WORLD, "503 ", TO_ANN);
        row("RCPT without an address is refused", Session.WORLD, "501 ", FROM, "RCPT");
        row("RCPT without brackets is refused", Session.WORLD, "501 ", FROM, "RCPT TO:ann@local.test");
        row("RCPT with a malformed address is refused", Session.WORLD, "553 ", FROM, "RCPT TO:<a b@local.test>");
        row("RCPT with an address that is not ASCII is refused", Session.WORLD, "553 5.6.7 ", FROM,
            "RCPT TO:<\u00e4@local.test>");
        row("RCPT with an unknown parameter is refused", Session.WORLD, "555 5.5.4 ", FROM, TO_ANN + " MT-PRIORITY=3");
        row("RCPT with a parameter twice is refused", Session.WORLD, "501 5.5.4 ", FROM, TO_ANN + " NOTIFY=NEVER NOTIFY=DELAY");
        row("RCPT with an unknown wish is refused", Session.WORLD, "501 5.5.4 ", FROM, TO_ANN + " NOTIFY=PERHAPS");
        row("RCPT with wishes that exclude one another is refused", Session.WORLD, "501 5.5.4 ", FROM,
            TO_ANN + " NOTIFY=NEVER,DELAY");
        row("RCPT with a wish that has no value is refused", Session.WORLD, "501 5.5.4 ", FROM, TO_ANN + " NOTIFY");
        row("RCPT with an original recipient that is none is refused", Session.WORLD, "501 5.5.4 ", FROM,
            TO_ANN + " ORCPT=rfc822;nobody");
        row("an unknown user is refused", Session.WORLD, "550 5.1.1 ", FROM, "RCPT TO:<nobody@local.test>");
        row("relaying is refused", Session.WORLD, "550 5.7.1 ", FROM, "RCPT TO:<x@world.test>");
        row("an error mapping has a user who has moved refused with the new address", Session.WORLD,
            "551 5.1.6 moved to <g@x.test>", FROM, "RCPT TO:<gone@local.test>");
        row("an error mapping defers a mailbox that is busy", Session.WORLD, "450 4.2.1 ", FROM, "RCPT TO:<busy@local.test>");
        row("an error mapping defers a local error", Session.WORLD, "451 4.3.0 ", FROM, "RCPT TO:<broken@local.test>");
        row("an error mapping refuses a mailbox that is full", Session.WORLD, "552 5.2.2 ", FROM, "RCPT TO:<full@local.test>");
        row("an error mapping refuses a policy", Session.WORLD, "554 5.7.1 ", FROM, "RCPT TO:<closed@local.test>");
        row("one recipient too many is deferred", Session.WORLD, "452 4.5.3 ", FROM, TO_ANN, "RCPT TO:<bea@local.test>",
            "RCPT TO:<team@local.test>", "RCPT TO:<bea@two.test>");
    }

    private static void data() {
        row("DATA asks for the message", Session.WORLD, "354 ", FROM, TO_ANN, "DATA");
        row("a message is taken", Session.WORLD, "250 2.6.0 ", FROM, TO_ANN, "DATA", "Subject: taken", "", "hello", ".");
        row("DATA in front of MAIL is out of order", Session.WORLD, "503 ", "DATA");
        row("DATA without a recipient is out of order", Session.WORLD, "503 ", FROM, "DATA");
        row("DATA with an argument is refused", Session.WORLD, "501 5.5.4 ", FROM, TO_ANN, "DATA now");
        row("a message over the limit is refused at its end", Session.WORLD, "552 ", FROM, TO_ANN, "DATA", "Subject: large", "",
            "x".repeat(900).concat("\r\n").repeat(80) + "end", ".");
        row("a message with a line that is too long is refused at its end, and ends the session", Session.WORLD, "554 5.6.0 ",
            FROM, TO_ANN, "DATA", "Subject: long", "", LONG, "RSET", ".");
        row("a bare LF behind a line that is too long ends the session", Session.WORLD, "500 5.5.2 ", FROM, TO_ANN, "DATA",
            "Subject: long", "", LONG, "\n.");
        row("a message with a bare LF ends the session", Session.WORLD, "500 ", FROM, TO_ANN, "DATA", "Subject: smuggled\n.");
    }

    private static void questions() {
        row("VRFY tells strangers nothing of a user", Session.WORLD, "252 2.5.2 Cannot verify; send", "VRFY ann@local.test");
        row("VRFY tells strangers nothing of nobody", Session.SUBMISSION, "252 2.5.2 Cannot verify; send",
            "VRFY nobody@local.test");
        row("VRFY in front of EHLO is in order", Session.CONNECTED, "252 ", "VRFY ann@local.test");
        row("VRFY without an argument is refused", Session.WORLD, "501 5.5.4 ", "VRFY");
        row("VRFY verifies a mailbox", Session.ANN, "250 2.1.5 <bea@local.test>", "VRFY <bea@local.test>");
        row("VRFY names where all mail goes on to", Session.ANN,
            "251 2.1.5 User not local; will forward to <left@else.test>", "VRFY left@local.test");
        row("VRFY cannot verify what is elsewhere", Session.ANN, "252 2.5.2 Cannot verify <x@world.test>", "VRFY x@world.test");
        row("VRFY knows nobody of that name", Session.ANN, "550 5.1.1 ", "VRFY nobody@local.test");
        row("VRFY says who has moved", Session.ANN, "551 5.1.6 moved to <g@x.test>", "VRFY gone@local.test");
        row("VRFY lists whom an ambiguous name may mean", Session.ANN, "553-5.1.4 Ambiguous", "VRFY bea");
        row("EXPN is not offered where nobody logs in", Session.WORLD, "502 5.5.1 ", "EXPN team@local.test");
        row("EXPN needs a login", Session.SUBMISSION, "530 5.7.0 ", "EXPN team@local.test");
        row("EXPN lists the members", Session.ANN, "250-2.1.5 <ann@local.test>", "EXPN team@local.test");
        row("EXPN of what is no group is refused", Session.ANN, "550 5.1.1 ", "EXPN bea@local.test");
        row("EXPN without an argument is refused", Session.ANN, "501 5.5.4 ", "EXPN");
        row("HELP lists the commands", Session.CONNECTED, "214-2.0.0 Commands: EHLO HELO STARTTLS MAIL", "HELP");
        row("HELP explains a command", Session.WORLD, "214 2.0.0 RCPT TO:", "HELP rcpt");
        row("HELP says how the session stands", Session.ANN, "211-2.0.0 Server: ", "HELP STATUS");
        row("HELP has nothing on anything else", Session.WORLD, "504 5.5.4 ", "HELP " + "y".repeat(600));
    }

    private static void rest() {
        row("an unknown command is refused", Session.WORLD, "500 5.5.1 ", "BDAT 5 LAST");
        row("a long unknown command is not repeated", Session.WORLD, "500 5.5.1 Unknown command", "z".repeat(600));
        row("a command line that is too long is refused", Session.WORLD, "500 ", "X" + LONG);
        row("control characters in a command are refused", Session.WORLD, "501 5.5.2 ", "EHLO a\tb");
    }
}
