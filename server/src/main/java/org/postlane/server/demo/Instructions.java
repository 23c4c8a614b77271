// SPDX-License-Identifier: Apache-2.0
package org.postlane.server.demo;

import java.io.PrintStream;

/** Tells how to talk to the server by hand. */
final class Instructions {
    private final PrintStream out;
    private final Ports ports;

    Instructions(PrintStream out, Ports ports) {
        this.out = out;
        this.ports = ports;
    }

    void printAddresses() {
        out.printf("Serving on %s: SMTP %d, submission %d, POP3 %d, IMAP %d, webadmin http://%s:%d; password of every user: %s%n",
            Ports.HOST, ports.smtp(), ports.submission(), ports.pop3(), ports.imap(), Ports.HOST, ports.webadmin(),
            World.PASSWORD);
    }

    /** The commands are complete: copied into another shell, they work. */
    void printByHand() {
        out.printf("""

            Serving on. Send a mail by hand, from another shell (to all four types; leave out what you do not want):

              printf 'From: %1$s\\nSubject: by hand\\n\\nHello.\\n' | curl -sS --crlf -T - --url smtp://%2$s:%3$d/hand.example \\
                --user %1$s:%4$s --mail-from %1$s \\
                --mail-rcpt %5$s --mail-rcpt %6$s --mail-rcpt %7$s --mail-rcpt %8$s

            and read it over POP3 (81 is its number; without it, curl lists them):

              curl -sS --user %5$s:%4$s pop3://%2$s:%9$d/81
              curl -sS --user %10$s:%4$s pop3://%2$s:%9$d/81

            What leaves for outside is shown here as it arrives there. Stop with Ctrl-C.
            """, World.SENDER, Ports.HOST, ports.submission(), World.PASSWORD, Type.LOCAL.recipient(), Type.VIRTUAL.recipient(),
            Type.RELAY.recipient(), Type.EXTERNAL.recipient(), ports.pop3(), World.BEHIND_SALES);
    }
}
