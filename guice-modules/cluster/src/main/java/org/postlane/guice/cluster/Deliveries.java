// SPDX-License-Identifier: Apache-2.0
package org.postlane.guice.cluster;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
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
    /** As James writes it. In no text of the reference can it stand, for the quotation marks there have a backslash. */
    private static final String ATTRIBUTES = "\"attributes\":{";

    private final AtomicLong last = new AtomicLong();
    /** By number, whether it is still ours; those that are in the reader. */
    private final Map<Long, BooleanSupplier> reading = new ConcurrentHashMap<>();

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
        reading.put(number, ours);
    }

    /** Whether it is in the reader still. */
    boolean isGoingThrough(long number) {
        return reading.containsKey(number);
    }

    /** It has an end without having come out. May be said again, and of one that came out. */
    void ends(long number) {
        reading.remove(number);
    }

    /** A mail has come out: whether the delivery that it came by is still ours, from then on; always, where it has no number. */
    BooleanSupplier comesOut(Mail mail) {
        Long number = AttributeUtils.getValueAndCastFromMail(mail, NUMBER, Long.class).orElse(null);
        if (number == null) {
            return () -> true;
        }
        mail.removeAttribute(NUMBER);
        BooleanSupplier ours = reading.remove(number);
        return ours == null ? () -> false : ours;
    }
}
