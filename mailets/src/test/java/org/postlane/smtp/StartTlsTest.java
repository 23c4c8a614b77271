// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postlane.testing.Behaviour;
import org.postlane.testing.Reaction;
import org.postlane.testing.ScriptedBehaviour;
import org.postlane.testing.SmtpServer;
import org.postlane.testing.SmtpServerBuilder;
import org.postlane.testing.Stall;
import org.postlane.testing.TestTls;

/** RFC 3207, and who may go on without TLS. */
class StartTlsTest {
    @RegisterExtension
    static final SmtpFixture SMTP = new SmtpFixture();

    private final ScriptedBehaviour behaviour = Behaviour.accepting();

    private SmtpServerBuilder builder() {
        return SmtpServer.builder().behaviour(behaviour);
    }

    private static SmtpException refused(SmtpServer server, TlsMode mode, java.time.Duration limit) {
        Throwable failure = SmtpFixture.failure(SMTP.client().connect(SmtpFixture.settings(server, limit).tls(mode).build()));
        assertThat(failure).isInstanceOf(SmtpException.class);
        assertThat(server.statistics().commands("MAIL")).isZero();
        return (SmtpException) failure;
    }

    @Test
    void ehloIsRepeatedUnderTlsAndTheOldAnswerForgotten() {
        behaviour.ehlo(Reaction.reply("250-mx.test\n250-STARTTLS\n250-SIZE 10\n250 DSN")).once();
        SmtpServer server = SMTP.start(builder().startTls(SmtpFixture.TLS).extensions("8BITMIME"));
        SmtpConnection connection = SMTP.connect(SmtpFixture.settings(server).tls(TlsMode.VERIFIED).build());
        assertThat(connection.isEncrypted()).isTrue();
        assertThat(connection.capabilities().offers("DSN")).isFalse();
        assertThat(connection.capabilities().maxSize()).isEmpty();
        assertThat(connection.capabilities().offers("8BITMIME")).isTrue();
        assertThat(server.statistics().commands("EHLO")).isEqualTo(2);
    }

    @ParameterizedTest
    @EnumSource(value = TlsMode.class, names = {"OPPORTUNISTIC", "REQUIRED", "VERIFIED"})
    void repliesInjectedBehindTheAnswerToStartTlsEndTheSession(TlsMode mode) {
        SMTP.expectViolations();
        behaviour.startTls(Reaction.twoAtOnce("220 2.0.0 go ahead", "250-mx.test\n250 AUTH PLAIN"));
        SmtpServer server = SMTP.start(builder().startTls(SmtpFixture.TLS));
        SmtpException refused = refused(server, mode, SmtpFixture.AMPLE);
        assertThat(refused.failure().fault()).isEqualTo(Fault.POLICY);
        assertThat(refused).hasMessageContaining("RFC 3207");
        assertThat(server.connections()).hasSize(1);
    }

    @Test
    void anOpportunisticHandshakeThatStallsFallsBackAsOneThatFails() {
        for (boolean stalls : new boolean[] {false, true}) {
            Stall stall = new Stall();
            behaviour.clear().handshake(stalls ? Reaction.stall(stall) : Reaction.close());
            SmtpServer server = SMTP.start(builder().startTls(SmtpFixture.TLS));
            SmtpConnection connection = SMTP.connect(SmtpFixture.settings(server, SmtpFixture.SHORT)
                .tls(TlsMode.OPPORTUNISTIC).build());
            assertThat(connection.isEncrypted()).isFalse();
            assertThat(connection.settings().tls()).isEqualTo(TlsMode.NONE);
            stall.release();
        }
    }

    @ParameterizedTest
    @EnumSource(value = TlsMode.class, names = {"REQUIRED", "VERIFIED", "VERIFIED_IF_OFFERED"})
    void aHandshakeThatFailsOrStallsIsTheEndWhereTlsIsRequired(TlsMode mode) {
        for (boolean stalls : new boolean[] {false, true}) {
            Stall stall = new Stall();
            behaviour.clear().handshake(stalls ? Reaction.stall(stall) : Reaction.close());
            SmtpServer server = SMTP.start(builder().startTls(SmtpFixture.TLS));
            assertThat(refused(server, mode, SmtpFixture.SHORT)).isInstanceOf(TlsHandshakeException.class);
            assertThat(server.connections()).hasSize(1);
            stall.release();
        }
    }

    @ParameterizedTest
    @EnumSource(value = TlsMode.class, names = {"VERIFIED", "VERIFIED_IF_OFFERED"})
    void aTrustedCertificateForAnotherNameIsRefusedUnderStartTls(TlsMode mode) {
        assertThat(refused(SMTP.start(builder().startTls(TestTls.withWrongName())), mode, SmtpFixture.AMPLE).failure().fault())
            .isEqualTo(Fault.POLICY);
    }

    @Test
    void aTrustedCertificateForAnotherNameIsRefusedUnderImplicitTls() {
        SmtpServer server = SMTP.start(builder().implicitTls(TestTls.withWrongName()));
        assertThat(refused(server, TlsMode.IMPLICIT_VERIFIED, SmtpFixture.AMPLE))
            .isInstanceOf(TlsHandshakeException.class);
    }

    @Test
    void aCertificateOfAnUnknownIssuerIsRefusedUnderVerifiedAndTakenUnderRequired() {
        SmtpServer server = SMTP.start(builder().startTls(TestTls.forHost("unknown.test")));
        refused(server, TlsMode.VERIFIED, SmtpFixture.AMPLE);
        assertThat(SMTP.connect(SmtpFixture.settings(server).tls(TlsMode.REQUIRED).build()).isEncrypted()).isTrue();
    }

    @Test
    void theNameOfTheServerIsFoundInItsCertificate() {
        SmtpServer server = SMTP.start(builder().implicitTls(SmtpFixture.TLS));
        assertThat(SMTP.connect(SmtpFixture.settings(server).tls(TlsMode.IMPLICIT_VERIFIED).build()).isEncrypted()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(value = TlsMode.class, names = {"REQUIRED", "VERIFIED"})
    void startTlsThatIsNotOfferedOrRefusedIsTheEndWhereTlsIsRequired(TlsMode mode) {
        assertThat(refused(SMTP.start(builder()), mode, SmtpFixture.AMPLE).failure().fault()).isEqualTo(Fault.POLICY);
        behaviour.startTls(Reaction.reply("454 4.7.0 not now"));
        SmtpException refused = refused(SMTP.start(builder().startTls(SmtpFixture.TLS)), mode, SmtpFixture.AMPLE);
        assertThat(refused.failure().fault()).isEqualTo(Fault.POLICY);
        assertThat(refused.failure().reply().orElseThrow().code()).isEqualTo(454);
    }

    @Test
    void startTlsThatIsNotOfferedOrRefusedIsDoneWithoutWhereTlsIsOpportunistic() {
        SmtpServer none = SMTP.start(builder());
        assertThat(SMTP.connect(SmtpFixture.settings(none).tls(TlsMode.OPPORTUNISTIC).build()).isEncrypted()).isFalse();
        behaviour.startTls(Reaction.reply("454 4.7.0 not now"));
        SmtpServer server = SMTP.start(builder().startTls(SmtpFixture.TLS));
        assertThat(SMTP.connect(SmtpFixture.settings(server).tls(TlsMode.OPPORTUNISTIC).build()).isEncrypted()).isFalse();
        refused(server, TlsMode.VERIFIED_IF_OFFERED, SmtpFixture.AMPLE);
    }
}
