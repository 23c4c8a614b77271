// SPDX-License-Identifier: Apache-2.0
package org.postlane.guice.cluster;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import javax.inject.Inject;
import javax.inject.Singleton;

import org.apache.mailet.AttributeName;
import org.apache.mailet.AttributeUtils;
import org.apache.mailet.AttributeValue;
import org.apache.mailet.Mail;

/**
 * Finds, for an item of James' queue, the delivery that it came by, of which James' reader tells nothing. Each delivery has a
 * number, which goes through the reader as an attribute in the reference to the mail, and is taken off the mail that comes out.
 * Safe for use by several threads.
 */
@Singleton
final class Deliveries {
    static final AttributeName NUMBER = AttributeName.of("postlane-delivery");
    private static final Duration LOOK = Duration.ofMillis(20);
    /** As James writes it. In no text of the reference can it stand, for the quotation marks there have a backslash. */
    private static final String ATTRIBUTES = "\"attributes\":{";

    private final AtomicLong last = new AtomicLong();
    /** By number; those that have no end yet. */
    private final Map<Long, Given> all = new ConcurrentHashMap<>();
    /** Of those that have come out, about which James is being told. */
    private final Set<Given> beingTold = ConcurrentHashMap.newKeySet();

    /** One delivery: true as long as it is ours. */
    static final class Given implements BooleanSupplier {
        private final BooleanSupplier ours;
        /** Whether it has come out of the reader. */
        private volatile boolean inHand;

        private Given(BooleanSupplier ours) {
            this.ours = ours;
        }

        @Override
        public boolean getAsBoolean() {
            return ours.getAsBoolean();
        }
    }

    @Inject
    Deliveries() {
        // Nothing is on its way yet.
    }

    /** A number that no other has. */
    long number() {
        return last.incrementAndGet();
    }

    /** The reference with the number in it; as it was, where it is none of James'. */
    static byte[] numbered(byte[] reference, long number) {
        String json = new String(reference, ISO_8859_1);
        int at = json.indexOf(ATTRIBUTES) + ATTRIBUTES.length();
        if (at < ATTRIBUTES.length()) {
            return reference;
        }
        String value = AttributeValue.of(number).toJson().orElseThrow().toString().replace("\"", "\\\"");
        String others = json.startsWith("}", at) ? "" : ",";
        return (json.substring(0, at) + "\"" + NUMBER.asString() + "\":\"" + value + "\"" + others + json.substring(at))
            .getBytes(ISO_8859_1);
    }

    /** It goes through the reader from now on. */
    void goesIn(long number, BooleanSupplier ours) {
        all.put(number, new Given(ours));
    }

    /** Whether it is in the reader still. */
    boolean isGoingThrough(long number) {
        Given given = all.get(number);
        return given != null && !given.inHand;
    }

    /**
     * James is being told what became of it: RabbitMQ first, and with that the delivery ends; then it is taken off the list of
     * its queue, in Cassandra. It is in hand until both are done, or a stop in between would leave it in the list.
     */
    void isBeingTold(Given given) {
        beingTold.add(given);
    }

    /** James has been told, or could not be. */
    void isTold(Given given) {
        beingTold.remove(given);
    }

    /** It is acknowledged, given back or lost. May be said again. */
    void ends(long number) {
        all.remove(number);
    }

    /**
     * Waits until all that have come out have an end, and James has been told.
     *
     * @return how many have none when the time is over
     */
    long awaitNoneInHand(Duration atMost) {
        long deadline = System.nanoTime() + atMost.toNanos();
        long left = inHand();
        try {
            while (left > 0 && System.nanoTime() - deadline < 0) {
                Thread.sleep(LOOK.toMillis());
                left = inHand();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return left;
    }

    private long inHand() {
        // In this order: one that leaves the first meanwhile is in the second already.
        return Stream.concat(all.values().stream().filter(given -> given.inHand), beingTold.stream()).distinct().count();
    }

    /** A mail has come out: whether the delivery that it came by is still ours, from then on; always, where it has no number. */
    Given comesOut(Mail mail) {
        Long number = AttributeUtils.getValueAndCastFromMail(mail, NUMBER, Long.class).orElse(null);
        if (number == null) {
            return new Given(() -> true);
        }
        mail.removeAttribute(NUMBER);
        Given given = all.get(number);
        if (given == null) {
            return new Given(() -> false);
        }
        given.inHand = true;
        return given;
    }
}
