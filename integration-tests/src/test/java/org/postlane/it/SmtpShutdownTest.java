// SPDX-License-Identifier: Apache-2.0
package org.postlane.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;

import org.junit.jupiter.api.Test;
import org.postlane.testing.SmtpDialogue;

/** Sessions that are open when James stops. */
class SmtpShutdownTest {
    @Test
    void theyAreTold421AndEndWhenTheServerStops() throws Exception {
        JamesUnderTest james = start();
        expect421(james, james::close);
    }

    @Test
    void theyAreTold421AndEndWhenJamesStopsByItself() throws Exception {
        try (JamesUnderTest james = start()) {
            expect421(james, () -> james.james().server().stop());
        }
    }

    private static JamesUnderTest start() throws Exception {
        return JamesUnderTest.postlane().domain("local.test").user("ann@local.test").start();
    }

    private static void expect421(JamesUnderTest james, Runnable stop) {
        try (SmtpDialogue idle = james.smtp(); SmtpDialogue busy = james.smtp()) {
            busy.command("MAIL FROM:<x@world.test>", 250);
            busy.command("RCPT TO:<ann@local.test>", 250);
            busy.command("DATA", 354);
            busy.sendBytes("Subject: half of a mail\r\n".getBytes(StandardCharsets.US_ASCII));
            stop.run();
            assertThat(idle.readReply().text()).startsWith("421 4.3.2 ");
            idle.expectEnd();
            assertThat(busy.readReply().text()).startsWith("421 4.3.2 ");
            busy.expectEnd();
        }
    }
}
