// SPDX-License-Identifier: Apache-2.0
package org.postlane.guice.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.james.server.core.MailImpl;
import org.apache.mailet.Attribute;
import org.apache.mailet.AttributeValue;
import org.apache.mailet.Mail;
import org.junit.jupiter.api.Test;

class DeliveriesTest {
    private final Deliveries deliveries = new Deliveries();

    private static JsonNode numbered(String reference, long number) throws Exception {
        return new ObjectMapper().readTree(Deliveries.numbered(reference.getBytes(UTF_8), number));
    }

    private static Mail mail(long number) {
        return MailImpl.builder().name("mail")
            .addAttribute(new Attribute(Deliveries.NUMBER, AttributeValue.of(number))).build();
    }

    @Test
    void theNumberIsAnAttributeBesideThoseThatAreThere() throws Exception {
        String others = "\"subject\":\"{\\\"serializer\\\":\\\"StringSerializer\\\","
            + "\\\"value\\\":\\\"\\u00fc \\\\\\\"attributes\\\\\\\":{\\\"}\"";
        for (String there : new String[] {"", others}) {
            JsonNode reference = numbered("{\"name\":\"\u00fc\",\"lastUpdated\":1700000000.123456789,\"attributes\":{" + there
                + "},\"remoteHost\":\"x\"}", 42);
            JsonNode attributes = reference.get("attributes");
            assertThat(AttributeValue.fromJsonString(attributes.get(Deliveries.NUMBER.asString()).asText()).getValue())
                .isEqualTo(42L);
            assertThat(attributes.has("subject")).isEqualTo(!there.isEmpty());
            assertThat(reference.get("name").asText()).isEqualTo("\u00fc");
        }
    }

    @Test
    void whatIsNoReferenceOfJamesIsLeftAsItIs() {
        byte[] other = "attributes".getBytes(UTF_8);
        assertThat(Deliveries.numbered(other, 1)).isSameAs(other);
    }

    @Test
    void aMailThatComesOutTellsOfTheDeliveryThatItCameByAndHasNoNumber() {
        AtomicBoolean ours = new AtomicBoolean(true);
        long number = deliveries.number();
        deliveries.goesIn(number, ours::get);
        deliveries.goesIn(deliveries.number(), () -> false);
        Mail mail = mail(number);
        BooleanSupplier told = deliveries.comesOut(mail);

        assertThat(told.getAsBoolean()).isTrue();
        assertThat(mail.attributes()).isEmpty();
        ours.set(false);
        assertThat(told.getAsBoolean()).isFalse();
    }

    @Test
    void aMailWhoseDeliveryHasEndedIsLost() {
        long number = deliveries.number();
        deliveries.goesIn(number, () -> true);
        deliveries.ends(number);

        assertThat(deliveries.comesOut(mail(number)).getAsBoolean()).isFalse();
    }

    @Test
    void aMailThatAnotherReceiverGaveIsNotLost() {
        assertThat(deliveries.comesOut(MailImpl.builder().name("mail").build()).getAsBoolean()).isTrue();
    }

    @Test
    void aStopWaitsForWhatHasComeOutAndNotForWhatIsInTheReader() {
        long out = deliveries.number();
        deliveries.goesIn(out, () -> true);
        long inside = deliveries.number();
        deliveries.goesIn(inside, () -> true);
        BooleanSupplier unused = deliveries.comesOut(mail(out));

        assertThat(deliveries.isGoingThrough(inside)).isTrue();
        assertThat(deliveries.isGoingThrough(out)).isFalse();
        assertThat(deliveries.awaitNoneInHand(Duration.ofMillis(1))).isEqualTo(1);
        deliveries.ends(out);
        assertThat(deliveries.awaitNoneInHand(Duration.ofHours(1))).isZero();
    }
}
