// SPDX-License-Identifier: Apache-2.0
package org.postlane.guice.cluster;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.Envelope;
import org.apache.james.server.core.MailImpl;
import org.apache.mailet.Attribute;
import org.apache.mailet.AttributeValue;
import org.junit.jupiter.api.Test;
import reactor.core.Disposables;

/** The end of the reading, over a channel that notes what it is told. */
class LeasesTest {
    private static final int LOOKS = 3;

    private final List<String> told = new CopyOnWriteArrayList<>();
    private final AtomicInteger looks = new AtomicInteger();
    private final Deliveries deliveries = new Deliveries();
    private final Leases leases = new Leases("queue", Duration.ofHours(1), deliveries);

    private Channel channel() {
        return (Channel) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {Channel.class},
            (proxy, method, arguments) -> answer(method.getName(), arguments));
    }

    private Object answer(String method, Object... arguments) {
        if (method.equals("isOpen")) {
            looks.incrementAndGet();
            return !told.contains("abort");
        }
        if (method.equals("basicAck")) {
            awaitALookOrTheEnd();
        }
        boolean ofOne = method.equals("basicAck") || method.equals("basicNack");
        told.add(ofOne ? method + " " + arguments[0] : method);
        return null;
    }

    /** The acknowledgement takes its time, and whoever winds up looks meanwhile. */
    private void awaitALookOrTheEnd() {
        int before = looks.get();
        await().until(() -> looks.get() >= before + LOOKS || told.contains("abort"));
    }

    private Delivery comes(long tag) {
        Delivery delivery = new Delivery(new Envelope(tag, false, "", ""), new AMQP.BasicProperties(),
            "{\"attributes\":{}}".getBytes(US_ASCII));
        leases.begin(delivery, (context, failure) -> { });
        return delivery;
    }

    /** Numbers are given in the order of coming. */
    private BooleanSupplier comesOut(long number) {
        return deliveries.comesOut(MailImpl.builder().name("mail")
            .addAttribute(new Attribute(Deliveries.NUMBER, AttributeValue.of(number))).build());
    }

    @Test
    void theChannelIsClosedWhenTheLastAcknowledgementHasBeenSentAndNotBefore() {
        leases.areOf(channel());
        Delivery delivery = comes(7);
        assertThat(comesOut(1).getAsBoolean()).isTrue();
        leases.windUp("consumer", Disposables.single());
        await().until(() -> told.contains("basicCancel"));

        leases.of(delivery).orElseThrow().ack();

        await().until(() -> told.contains("abort"));
        assertThat(told).containsExactly("basicCancel", "basicAck 7", "abort");
    }

    @Test
    void whatComesLateGoesBackAtOnce() {
        leases.areOf(channel());
        Delivery inHand = comes(7);
        assertThat(comesOut(1).getAsBoolean()).isTrue();
        leases.windUp("consumer", Disposables.single());
        await().until(() -> told.contains("basicCancel"));
        awaitALookOrTheEnd();

        comes(8);

        await().until(() -> told.contains("basicNack 8"));
        assertThat(told).doesNotContain("abort");
        leases.of(inHand).orElseThrow().ack();
        await().until(() -> told.contains("abort"));
        assertThat(told).containsExactly("basicCancel", "basicNack 8", "basicAck 7", "abort");
    }
}
