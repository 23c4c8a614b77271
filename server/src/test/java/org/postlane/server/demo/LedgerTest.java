// SPDX-License-Identifier: Apache-2.0
package org.postlane.server.demo;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.postlane.testing.corpus.CorpusMessage;
import org.postlane.testing.corpus.WireForm;

class LedgerTest {
    private static final Instant SENT = Instant.parse("2026-01-01T00:00:00Z");

    private final List<CorpusMessage> messages = List.of(
        WireForm.of("first.msg", "Subject: 1\r\n\r\none\r\n".getBytes(ISO_8859_1)),
        WireForm.of("second.msg", "Subject: 2\r\n\r\ntwo\r\n".getBytes(ISO_8859_1)));
    private final Ledger ledger = new Ledger(messages);

    private byte[] arrival(int index) {
        return ("Received: from localhost (EHLO " + Mark.ehloName(index) + ") ([127.0.0.1])\r\n"
            + new String(messages.get(index).wire(), ISO_8859_1)).getBytes(ISO_8859_1);
    }

    @Test
    void whatWasAcceptedAndHasNotArrivedIsDeferred() {
        ledger.accepted(Type.RELAY, 0, SENT);
        ledger.accepted(Type.RELAY, 1, SENT);
        ledger.arrived(Type.RELAY, arrival(1), SENT.plusMillis(7));

        Ledger.Sum sum = ledger.sum(Type.RELAY);

        assertThat(List.of(sum.accepted(), sum.delivered(), sum.deferred(), sum.refused())).containsExactly(2, 1, 1, 0);
        assertThat(sum.latency().at(100)).contains(Duration.ofMillis(7));
        assertThat(sum.complete(2)).isFalse();
        assertThat(ledger.settled()).isFalse();
    }

    @Test
    void aSecondArrivalIsTheSameDeliveryAndMakesTheAccountIncomplete() {
        ledger.accepted(Type.LOCAL, 0, SENT);
        ledger.arrived(Type.LOCAL, arrival(0), SENT);
        assertThat(ledger.sum(Type.LOCAL).complete(1)).isTrue();

        ledger.arrived(Type.LOCAL, arrival(0), SENT);

        assertThat(ledger.sum(Type.LOCAL).delivered()).isEqualTo(1);
        assertThat(ledger.sum(Type.LOCAL).repeated()).isEqualTo(1);
        assertThat(ledger.sum(Type.LOCAL).complete(1)).isFalse();
    }

    @Test
    void a4xxIsDeferredAndA5xxRefused() {
        ledger.declined(Type.EXTERNAL, 451);
        ledger.declined(Type.EXTERNAL, 550);

        assertThat(ledger.sum(Type.EXTERNAL).deferred()).isEqualTo(1);
        assertThat(ledger.sum(Type.EXTERNAL).refused()).isEqualTo(1);
    }

    @Test
    void anArrivalBeforeTheReplyWasReadTookNoTime() {
        ledger.accepted(Type.EXTERNAL, 0, SENT);
        ledger.arrived(Type.EXTERNAL, arrival(0), SENT.minusMillis(1));

        assertThat(ledger.sum(Type.EXTERNAL).latency().at(50)).contains(Duration.ZERO);
    }

    @Test
    void aChangedMessageArrivesButIsNotIntactAndIsNamed() {
        ledger.accepted(Type.EXTERNAL, 0, SENT);
        ledger.arrived(Type.EXTERNAL, new String(arrival(0), ISO_8859_1).replace("one", "eno").getBytes(ISO_8859_1), SENT);

        assertThat(ledger.sum(Type.EXTERNAL).delivered()).isEqualTo(1);
        assertThat(ledger.sum(Type.EXTERNAL).intact()).isZero();
        assertThat(ledger.deviations(Type.EXTERNAL)).containsOnlyKeys("first.msg");
    }

    @Test
    void mailThatIsNotOfTheCorpusIsNotCounted() {
        ledger.arrived(Type.EXTERNAL, "Received: from x (EHLO hand.example)\r\n\r\n".getBytes(ISO_8859_1), SENT);
        ledger.arrived(Type.EXTERNAL, "Received: from x (EHLO m99.corpus.example)\r\n\r\n".getBytes(ISO_8859_1), SENT);

        assertThat(ledger.sum(Type.EXTERNAL).delivered()).isZero();
    }
}
