// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.operations;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;

import org.apache.james.queue.api.MailQueueName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OrderBookTest {
    private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");
    private static final MailQueueName OUTGOING = MailQueueName.of("outgoing");

    @TempDir
    private Path directory;

    private OrderBook book(Instant now) {
        return OrderBook.in(directory, Clock.fixed(now, ZoneOffset.UTC));
    }

    @Test
    void ordersAreThereAfterARestartWithTheirEndAndReason() {
        OrderBook before = book(NOON);
        before.put(OUTGOING, "gateway mx1.test:25, mx2.test:25 as j\u00f6e", OrderBook.Order.suspend(Optional.empty()));
        before.put(OUTGOING, "a.test", OrderBook.Order.suspend(Optional.of(before.after(Duration.ofHours(2)))));
        before.put(MailQueueName.of("second queue"), "a.test",
            OrderBook.Order.bounce(before.after(Duration.ofDays(1)), "5.1.2 gone"));

        OrderBook after = book(NOON.plusSeconds(3600));
        assertThat(after.of(OUTGOING)).containsOnlyKeys("gateway mx1.test:25, mx2.test:25 as j\u00f6e", "a.test");
        assertThat(after.of(OUTGOING).get("gateway mx1.test:25, mx2.test:25 as j\u00f6e").until()).isEmpty();
        assertThat(after.remaining(after.of(OUTGOING).get("a.test"))).contains(Duration.ofHours(1));
        assertThat(after.of(MailQueueName.of("second queue")).get("a.test")).satisfies(order -> {
            assertThat(order.kind()).isEqualTo(OrderBook.Kind.BOUNCE);
            assertThat(order.reason()).isEqualTo("5.1.2 gone");
            assertThat(order.until()).contains(NOON.plus(Duration.ofDays(1)));
        });
    }

    @Test
    void anOrderThatIsOverOrRevokedDoesNotComeBack() throws IOException {
        OrderBook before = book(NOON);
        before.put(OUTGOING, "over.test", OrderBook.Order.suspend(Optional.of(NOON.plusSeconds(60))));
        before.put(OUTGOING, "revoked.test", OrderBook.Order.suspend(Optional.empty()));
        before.remove(OUTGOING, "revoked.test");
        OrderBook after = book(NOON.plusSeconds(60));
        assertThat(after.of(OUTGOING)).isEmpty();
        after.put(OUTGOING, "other.test", OrderBook.Order.suspend(Optional.empty()));
        assertThat(Files.readString(directory.resolve(OrderBook.FILE))).contains("other.test").doesNotContain("over.test")
            .doesNotContain("revoked.test");
    }

    @Test
    void theLaterOrderTakesThePlaceOfTheEarlier() {
        OrderBook book = book(NOON);
        book.put(OUTGOING, "a.test", OrderBook.Order.bounce(NOON.plusSeconds(9), "x"));
        book.put(OUTGOING, "a.test", OrderBook.Order.suspend(Optional.empty()));
        assertThat(book(NOON).of(OUTGOING).get("a.test").kind()).isEqualTo(OrderBook.Kind.SUSPEND);
    }

    @Test
    void whatIsNotUnderstoodCostsNoOtherOrder() throws IOException {
        Files.write(directory.resolve(OrderBook.FILE), List.of("postlane-orders 1", "suspend soon outgoing a.test ",
            "pause - outgoing b.test ", "suspend - outgoing", "bounce - outgoing c.test x", "suspend - outgoing e%ZZ.test ",
            "suspend - outgoing f.test% ", "suspend - out%going g.test ", "suspend - outgoing d.test "));
        assertThat(book(NOON).of(OUTGOING)).containsOnlyKeys("d.test");
    }

    @Test
    void aFileOfSomebodyElseHoldsNoOrders() throws IOException {
        Files.writeString(directory.resolve(OrderBook.FILE), "postlane-orders 2\nsuspend - outgoing a.test \n");
        assertThat(book(NOON).of(OUTGOING)).isEmpty();
    }

    @Test
    void anOrderThatCannotBeWrittenHoldsUntilTheEnd() throws IOException {
        Files.delete(directory);
        Files.createFile(directory);
        OrderBook book = book(NOON);
        book.put(OUTGOING, "a.test", OrderBook.Order.suspend(Optional.empty()));
        assertThat(book.of(OUTGOING)).containsOnlyKeys("a.test");
    }
}
