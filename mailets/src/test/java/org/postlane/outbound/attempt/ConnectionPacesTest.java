// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.attempt;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

import org.apache.james.queue.api.MailQueueName;
import org.junit.jupiter.api.Test;
import org.postlane.route.DomainRules;
import org.postlane.schedule.Paces;
import org.postlane.schedule.Rate;
import org.postlane.smtp.SessionSettings;

class ConnectionPacesTest {
    private static final MailQueueName QUEUE = MailQueueName.of("outgoing");
    private final AtomicLong now = new AtomicLong();
    private final ConnectionPaces paces = new ConnectionPaces(Paces.local(now::get), pace -> { });

    private void rules(MailQueueName queue, String text) {
        paces.change(queue, DomainRules.parse(text, Rate.EXPECTED, Rate::parse));
    }

    private boolean opens(String server, int lastOctet, String... domains) throws Exception {
        return paces.nanosUntilOpening(key(server, lastOctet, domains)) <= 0;
    }

    private static ConnectionKey key(String server, int lastOctet, String... domains) throws Exception {
        InetAddress address = InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) lastOctet});
        return new ConnectionKey(SessionSettings.to(new InetSocketAddress(address, 25), server).build(), Set.of(domains));
    }

    @Test
    void withoutARuleNothingWaits() throws Exception {
        for (int i = 0; i < 100; i++) {
            assertThat(opens("mx.a.test", 1)).isTrue();
        }
    }

    @Test
    void theServersThatARuleNamesShareOnePace() throws Exception {
        rules(QUEUE, "mx:*.provider.test=1/min");
        assertThat(opens("mx1.provider.test", 1)).isTrue();
        assertThat(opens("mx2.provider.test", 2)).isFalse();
        assertThat(opens("mx.other.test", 3)).isTrue();
        now.addAndGet(Duration.ofMinutes(1).toNanos());
        assertThat(opens("mx2.provider.test", 2)).isTrue();
        assertThat(opens("mx1.provider.test", 1)).isFalse();
    }

    @Test
    void byTheDefaultEachAddressHasAPaceOfItsOwn() throws Exception {
        rules(QUEUE, "default=1/min; mx.free.test=none");
        assertThat(opens("mx.a.test", 1)).isTrue();
        assertThat(opens("mx.a.test", 1)).isFalse();
        assertThat(opens("mx.a.test", 2)).isTrue();
        assertThat(opens("mx.free.test", 3)).isTrue();
        assertThat(opens("mx.free.test", 3)).isTrue();
    }

    @Test
    void aRuleMayNameTheDomainsOfRecipients() throws Exception {
        rules(QUEUE, "shop.test=1/min; *.lists.test=2/min; default=none");
        assertThat(opens("mx1.provider.test", 1, "shop.test")).isTrue();
        assertThat(opens("mx2.provider.test", 2, "shop.test")).isFalse();
        assertThat(opens("mx1.provider.test", 1, "other.test")).isTrue();
        assertThat(opens("mx1.provider.test", 1, "other.test", "shop.test")).as("one of several").isFalse();
        assertThat(opens("mx1.provider.test", 1, "a.lists.test")).isTrue();
    }

    @Test
    void theServerComesBeforeTheDomainsAndTheyBeforeTheDefault() throws Exception {
        rules(QUEUE, "default=1/h; shop.test=none; relay.test=none; mx:mx.slow.test=1/min; slow.test=none");
        for (int i = 0; i < 3; i++) {
            assertThat(opens("mx.any.test", 1, "shop.test")).as("the domain before the default").isTrue();
            assertThat(opens("relay.test", 2, "any.test")).as("the gateway before the default").isTrue();
        }
        assertThat(opens("mx.slow.test", 3, "slow.test")).isTrue();
        assertThat(opens("mx.slow.test", 3, "slow.test")).as("the server before the domain").isFalse();
    }

    @Test
    void theStrictestQueueHoldsAndAChangeDoesNotStartAnew() throws Exception {
        rules(QUEUE, "mx.a.test=10/s");
        rules(MailQueueName.of("second"), "mx:mx.a.test=1/h");
        assertThat(opens("mx.a.test", 1)).isTrue();
        now.addAndGet(Duration.ofMinutes(1).toNanos());
        assertThat(opens("mx.a.test", 1)).isFalse();
        rules(MailQueueName.of("second"), "mx:mx.a.test=1/min");
        assertThat(opens("mx.a.test", 1)).isFalse();
        now.addAndGet(Duration.ofMinutes(1).toNanos());
        assertThat(opens("mx.a.test", 1)).isTrue();
        paces.remove(MailQueueName.of("second"));
        now.addAndGet(Duration.ofSeconds(1).toNanos());
        assertThat(opens("mx.a.test", 1)).isTrue();
    }

    @Test
    void whatIsDueEarlierIsNamedAsThoseNameItWhoWaitForIt() throws Exception {
        List<Runnable> earlier = new ArrayList<>();
        List<Object> due = new ArrayList<>();
        ConnectionPaces shared = new ConnectionPaces((name, rate, told) -> {
            earlier.add(told);
            return Paces.local(now::get).of(name, rate, told);
        }, due::add);
        shared.change(QUEUE, DomainRules.parse("mx:*.provider.test=1/min; default=1/min", Rate.EXPECTED, Rate::parse));
        List<ConnectionKey> keys = List.of(key("mx1.provider.test", 1), key("mx.a.test", 2), key("mx.b.test", 3));
        keys.forEach(shared::nanosUntilOpening);
        earlier.forEach(Runnable::run);
        assertThat(due).isEqualTo(keys.stream().map(shared::paceOf).toList()).doesNotHaveDuplicates();
        assertThat(shared.paceOf(key("mx2.provider.test", 9))).isEqualTo(due.get(0));
    }
}
