// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postlane.testing.Violation.Kind;

class ParametersTest {
    private static final TestTls TLS = TestTls.forHost("mx.test");

    private SmtpServer server;
    private SmtpDialogue client;

    @BeforeEach
    void serve() {
        server = SmtpServer.builder().startTls(TLS).auth("user", "secret").extensions("SIZE 1000", "8BITMIME", "SMTPUTF8", "DSN",
            "REQUIRETLS", "MT-PRIORITY", "DELIVERBY", "CHUNKING", "BINARYMIME", "RRVS").start();
        client = SmtpDialogue.greeted(server.address());
    }

    @AfterEach
    void close() {
        client.close();
        server.close();
    }

    private List<Kind> kinds() {
        return server.violations().stream().map(Violation::kind).toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "SIZE=0", "size=999", "BODY=7BIT", "body=8bitmime", "BODY=BINARYMIME", "SMTPUTF8", "RET=FULL", "RET=hdrs",
        "ENVID=a+2Bb", "AUTH=<>", "AUTH=a@x+3Db", "MT-PRIORITY=-9", "MT-PRIORITY=0", "MT-PRIORITY=9", "BY=120;R",
        "BY=-5;N", "BY=000000001;rt", "BY=0;NT", "SIZE=10 BODY=8BITMIME SMTPUTF8 RET=FULL ENVID=x"})
    void aParameterOfMailThatFollowsItsGrammarIsNoViolation(String parameters) {
        client.command("MAIL FROM:<a@x> " + parameters, 250);
        assertThat(server.violations()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "SIZE", "SIZE=", "SIZE=-1", "SIZE=1k", "BODY=9BIT", "BODY", "SMTPUTF8=1", "SMTPUTF8=", "RET=ALL", "ENVID=",
        "ENVID=a+b", "ENVID=a=b", "ENVID=a+0D", "ENVID=a+2b", "AUTH=", "MT-PRIORITY=10", "MT-PRIORITY=-0",
        "MT-PRIORITY=+1", "BY=0;R", "BY=-1;R", "BY=1", "BY=1;X", "BY=1234567890;N", "RET=FULL RET=HDRS"})
    void aParameterOfMailThatDoesNotFollowItsGrammarIs(String parameters) {
        client.command("MAIL FROM:<a@x> " + parameters, 250);
        assertThat(kinds()).containsExactly(Kind.MALFORMED_PARAMETER);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "NOTIFY=NEVER", "NOTIFY=SUCCESS,DELAY,FAILURE", "notify=failure", "ORCPT=rfc822;a+2Bb@x", "ORCPT=RFC822;a@x",
        "ORCPT=utf-8;j\\x{F6}rg@x", "ORCPT=UTF-8;a@x NOTIFY=DELAY", "RRVS=2026-01-31T12:00:00Z;C"})
    void aParameterOfRcptThatFollowsItsGrammarIsNoViolation(String parameters) {
        client.command("MAIL FROM:<a@x>", 250);
        client.command("RCPT TO:<b@y> " + parameters, 250);
        assertThat(server.violations()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "NOTIFY", "NOTIFY=", "NOTIFY=NEVER,SUCCESS", "NOTIFY=SUCCESS,SUCCESS", "NOTIFY=SUCCESS,", "NOTIFY=ALL",
        "ORCPT=a@x", "ORCPT=rfc822;", "ORCPT=rfc822;a=b@x", "ORCPT=rfc822;a+0Ab@x", "ORCPT=utf-8;a=b@x",
        "RRVS=yesterday", "ORCPT=rfc822;a@x ORCPT=rfc822;a@x"})
    void aParameterOfRcptThatDoesNotFollowItsGrammarIs(String parameters) {
        client.command("MAIL FROM:<a@x>", 250);
        client.command("RCPT TO:<b@y> " + parameters, 250);
        assertThat(kinds()).containsExactly(Kind.MALFORMED_PARAMETER);
    }

    @Test
    void parametersThatAreTooLongAreMalformed() {
        client.command("MAIL FROM:<a@x> ENVID=" + "x".repeat(100), 250);
        client.command("RCPT TO:<b@y> ORCPT=rfc822;" + "x".repeat(493), 250);
        assertThat(server.violations()).isEmpty();
        client.command("RSET", 250);
        client.command("MAIL FROM:<a@x> ENVID=" + "x".repeat(101), 250);
        client.command("RCPT TO:<b@y> ORCPT=rfc822;" + "x".repeat(494), 250);
        assertThat(kinds()).containsExactly(Kind.MALFORMED_PARAMETER, Kind.MALFORMED_PARAMETER);
    }

    @Test
    void aParameterOfAnExtensionThatWasNotOfferedIsAViolation() {
        try (SmtpServer plain = SmtpServer.builder().extensions().start();
                SmtpDialogue other = SmtpDialogue.greeted(plain.address())) {
            other.command("MAIL FROM:<a@x> SIZE=1 BODY=7BIT SMTPUTF8 RET=FULL ENVID=x AUTH=<> MT-PRIORITY=1 BY=1;R XYZ", 250);
            other.command("RCPT TO:<b@y> NOTIFY=NEVER ORCPT=rfc822;b@y", 250);
            assertThat(plain.violations()).hasSize(11).allMatch(violation -> violation.kind() == Kind.UNOFFERED_PARAMETER);
        }
    }

    @Test
    void requireTlsNeedsTls() {
        client.command("MAIL FROM:<a@x> REQUIRETLS", 250);
        assertThat(kinds()).containsExactly(Kind.REQUIRETLS_IN_THE_CLEAR);
        server.forget();
        client.startTls(TLS.clientContext());
        client.command("MAIL FROM:<a@x> REQUIRETLS", 250);
        assertThat(server.violations()).isEmpty();
    }

    @Test
    void addressesBeyondAsciiNeedSmtpUtf8OnMail() {
        client.command("MAIL FROM:<j\u00f6rg@x> SMTPUTF8", 250);
        client.command("RCPT TO:<b\u00fc@y> ORCPT=utf-8;b\u00fc@y", 250);
        assertThat(server.violations()).isEmpty();
        client.command("RSET", 250);
        client.command("MAIL FROM:<j\u00f6rg@x>", 250);
        client.command("RCPT TO:<b\u00fc@y>", 250);
        assertThat(kinds()).containsExactly(Kind.UNANNOUNCED_8BIT, Kind.UNANNOUNCED_8BIT);
        server.forget();
        client.sendBytes("MAIL FROM:<j\u00f6rg@z> SMTPUTF8\r\n".getBytes(ISO_8859_1)).expect(503);
        assertThat(kinds()).containsExactly(Kind.MALFORMED_COMMAND, Kind.OUT_OF_ORDER);
    }
}
