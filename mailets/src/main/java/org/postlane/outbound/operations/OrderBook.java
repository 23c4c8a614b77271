// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.operations;

import java.io.IOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

import org.apache.james.queue.api.MailQueueName;
import org.postlane.journal.PrivateFiles;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The orders of administrators about destinations, in a file beside the delivery journal: who suspends a destination and restarts
 * James does not see its mail flow. There are few of them, so that the file is written anew as a whole at each change, and takes
 * the place of the old one when it is on the disk.
 *
 * <p>Safe for use by several threads; a change waits for the disk.
 */
public final class OrderBook {
    /** In the directory of the journal. */
    static final String FILE = "orders";
    private static final String NEXT = "orders.next";
    private static final String HEADER = "postlane-orders 1";
    private static final String FOR_EVER = "-";
    private static final int FIELDS = 5;
    private static final Logger LOGGER = LoggerFactory.getLogger(OrderBook.class);

    /** What is to be done with the mail of a destination. */
    enum Kind {
        /** It waits. */
        SUSPEND,
        /** It goes back to its senders. */
        BOUNCE
    }

    /** An order. Immutable. */
    static final class Order {
        private final Kind kind;
        private final Instant until;
        private final String reason;

        private Order(Kind kind, Instant until, String reason) {
            this.kind = kind;
            this.until = until;
            this.reason = reason;
        }

        static Order suspend(Optional<Instant> until) {
            return new Order(Kind.SUSPEND, until.orElse(null), "");
        }

        static Order bounce(Instant until, String reason) {
            return new Order(Kind.BOUNCE, until, reason);
        }

        Kind kind() {
            return kind;
        }

        /** Empty where it is revoked only. */
        Optional<Instant> until() {
            return Optional.ofNullable(until);
        }

        String reason() {
            return reason;
        }

        private boolean isOver(Instant now) {
            return until != null && !until.isAfter(now);
        }
    }

    /** Null where they end with the process. */
    private final Path directory;
    private final Clock clock;
    /** By queue and destination, as they are written. */
    private final Map<String, Order> orders = new LinkedHashMap<>();

    private OrderBook(Path directory, Clock clock) {
        this.directory = directory;
        this.clock = clock;
    }

    /** The book of this directory, empty where none was written. What cannot be read is logged: mail may flow that should not. */
    public static OrderBook in(Path directory, Clock clock) {
        OrderBook book = new OrderBook(directory, clock);
        book.read();
        return book;
    }

    /** A book that ends with the process. */
    public static OrderBook ofThisProcess(Clock clock) {
        return new OrderBook(null, clock);
    }

    private void read() {
        List<String> lines;
        try {
            lines = Files.readAllLines(directory.resolve(FILE), StandardCharsets.US_ASCII);
        } catch (NoSuchFileException e) {
            return;
        } catch (IOException e) {
            LOGGER.error("The orders about destinations in {} cannot be read: none of them holds", directory, e);
            return;
        }
        if (lines.isEmpty() || !lines.get(0).equals(HEADER)) {
            LOGGER.error("{} holds no orders that this Postlane can read: none of them holds", directory.resolve(FILE));
            return;
        }
        for (String line : lines.subList(1, lines.size())) {
            try {
                read(line.split(" ", -1));
            } catch (IllegalArgumentException | DateTimeException e) {
                LOGGER.error("An order about a destination in {} is not understood and does not hold: {}",
                    directory.resolve(FILE), line);
            }
        }
    }

    private void read(String[] fields) {
        if (fields.length != FIELDS) {
            throw new IllegalArgumentException("expected " + FIELDS + " fields");
        }
        Kind kind = Kind.valueOf(fields[0].toUpperCase(Locale.ROOT));
        Instant until = fields[1].equals(FOR_EVER) ? null : Instant.parse(fields[1]);
        if (kind == Kind.BOUNCE && until == null) {
            throw new IllegalArgumentException("expected an end");
        }
        // Decoded here, where one that cannot be costs no other: whoever asks for the orders is about to begin his queue.
        orders.put(encoded(decoded(fields[2])) + " " + encoded(decoded(fields[3])), new Order(kind, until, decoded(fields[4])));
    }

    /** The orders about the destinations of a queue that hold now, by destination. */
    synchronized Map<String, Order> of(MailQueueName queue) {
        Map<String, Order> found = new LinkedHashMap<>();
        String prefix = encoded(queue.asString()) + " ";
        Instant now = clock.instant();
        orders.forEach((key, order) -> {
            if (key.startsWith(prefix) && !order.isOver(now)) {
                found.put(decoded(key.substring(prefix.length())), order);
            }
        });
        return found;
    }

    /** When an order ends that is given now. */
    Instant after(Duration time) {
        return clock.instant().plus(time);
    }

    /** How long an order still holds; empty where it is revoked only. */
    Optional<Duration> remaining(Order order) {
        return order.until().map(until -> Duration.between(clock.instant(), until));
    }

    /** Takes an order, in the place of an earlier one. Where it cannot be written it ends with James, and the log says so. */
    synchronized void put(MailQueueName queue, String destination, Order order) {
        orders.put(key(queue, destination), order);
        write();
    }

    /** Forgets the order about a destination, if there is one. */
    synchronized void remove(MailQueueName queue, String destination) {
        if (orders.remove(key(queue, destination)) != null) {
            write();
        }
    }

    private void write() {
        Instant now = clock.instant();
        orders.values().removeIf(order -> order.isOver(now));
        if (directory == null) {
            LOGGER.warn("Orders about destinations end with James: there is no delivery journal, beside which they are kept");
            return;
        }
        try {
            PrivateFiles.createDirectory(directory);
            Path next = directory.resolve(NEXT);
            Files.deleteIfExists(next);
            try (FileChannel file = PrivateFiles.open(next,
                EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE))) {
                ByteBuffer octets = StandardCharsets.US_ASCII.encode(text());
                while (octets.hasRemaining()) {
                    file.write(octets);
                }
                file.force(true);
            }
            Files.move(next, directory.resolve(FILE), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            LOGGER.error("The orders about destinations cannot be written to {}: the last one is lost when James stops",
                directory, e);
        }
    }

    private String text() {
        List<String> lines = new ArrayList<>(List.of(HEADER));
        orders.forEach((key, order) -> lines.add(String.join(" ", order.kind.name().toLowerCase(Locale.ROOT),
            order.until().map(Instant::toString).orElse(FOR_EVER), key, encoded(order.reason))));
        return String.join("\n", lines) + "\n";
    }

    private static String key(MailQueueName queue, String destination) {
        return encoded(queue.asString()) + " " + encoded(destination);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}
