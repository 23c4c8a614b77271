// SPDX-License-Identifier: Apache-2.0
package org.postlane.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StartErrorTest {
    @Test
    void theInnermostSentenceIsTheReason() {
        Exception error = new RuntimeException("wrapped", new IllegalStateException("smtpserver.xml: no such thing"));

        assertThat(StartError.because("James did not start", error))
            .hasMessage("James did not start: smtpserver.xml: no such thing").hasCause(error);
    }

    @Test
    void theFileThatJamesWasReadingIsNamedWhereTheReasonDoesNot() {
        Exception reason = new IllegalArgumentException("Minimum timeout required");
        reason.setStackTrace(new StackTraceElement[] {new StackTraceElement("java.lang.Integer", "parseInt", "Integer.java", 1),
            new StackTraceElement("org.apache.james.imapserver.netty.IMAPServer", "doConfigure", "IMAPServer.java", 1)});

        assertThat(StartError.because("James did not start", new RuntimeException(reason)))
            .hasMessage("James did not start: imapserver.xml: Minimum timeout required");
    }

    @Test
    void aLoneNameIsToldWithItsKindOfError() {
        assertThat(StartError.because("James did not start", new ClassNotFoundException("org.example.Mailet")))
            .hasMessage("James did not start: java.lang.ClassNotFoundException: org.example.Mailet");
    }
}
