// SPDX-License-Identifier: Apache-2.0
package org.postlane.lane;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;

import org.postlane.james.ConfigurationError;
import org.postlane.james.HoldTimes;
import org.postlane.james.Parameters;
import org.postlane.outbound.mail.DestinationsAtOnce;
import org.postlane.recipient.RecipientType;

/**
 * The settings of one lane: what was written, and where, over the defaults of its type. Immutable.
 *
 * <p>The parameters are {@code <typeProcessor>}, {@code <typeConcurrency>}, {@code <typeTimeout>} and
 * {@code <typePriority>}, with {@code local}, {@code virtual}, {@code relay}, {@code external} or {@code unknown} for
 * {@code type}; {@code <localRecipientsInFlight>}, {@code <localMegabytesInFlight>}; {@code <relayDestinationsAtOnce>} and
 * {@code <externalDestinationsAtOnce>}.
 */
public final class LaneSettings {
    static final int MAX_CONCURRENCY = 1000;
    static final Duration MIN_TIMEOUT = Duration.ofMillis(100);
    /** The lane looks at its runs well before a broker takes back what is held. */
    static final Duration MAX_TIMEOUT = HoldTimes.IN_HAND;
    /** The range of James' mail priority. */
    static final int MAX_PRIORITY = 9;
    /** An append waits for a disk or a database; more at a time than this only wait for each other. */
    static final int MAX_RECIPIENTS_IN_FLIGHT = 1000;
    /** As many mailboxes as a database serves at a time without one mail noticing the others. */
    static final int DEFAULT_RECIPIENTS_IN_FLIGHT = 100;
    /**
     * James' mailboxes in a database take about five times the size of each copy that is being written from the heap (seen with
     * Derby: 4.6 to 5.6 times). Large and small copies have so much each; together they get less than two thirds of the heap.
     */
    static final int DEFAULT_MEGABYTES_IN_FLIGHT = (int) Math.max(1, (Runtime.getRuntime().maxMemory() / 16) >> 20);
    /** No heap is larger. */
    static final int MAX_MEGABYTES_IN_FLIGHT = 1_000_000;
    /** The queue of local deliveries that are tried again; runs are short and few, since each takes the lane's own slots. */
    private static final String LOCAL_RETRY = "local-retry";

    private static final String PROCESSOR = "Processor";
    private static final String CONCURRENCY = "Concurrency";
    private static final String TIMEOUT = "Timeout";
    private static final String PRIORITY = "Priority";
    private static final String RECIPIENTS_IN_FLIGHT = "RecipientsInFlight";
    private static final String MEGABYTES_IN_FLIGHT = "MegabytesInFlight";
    private static final String DESTINATIONS_AT_ONCE = "DestinationsAtOnce";

    /** A value that the administrator wrote. */
    private static final class Written {
        private final Object value;
        private final String text;
        private final String where;

        private Written(Object value, String text, String where) {
            this.value = value;
            this.text = text;
            this.where = where;
        }
    }

    /** The defaults of a type. */
    private static final class Defaults {
        private final String processor;
        private final int concurrency;
        private final Duration timeout;
        private final int priority;

        private Defaults(String processor, int concurrency, Duration timeout, int priority) {
            this.processor = processor;
            this.concurrency = concurrency;
            this.timeout = timeout;
            this.priority = priority;
        }

        /** Mailboxes first, since their owners wait; what is refused last. Twice the time where another server is involved. */
        private static Defaults of(RecipientType type) {
            switch (type) {
                case LOCAL:
                    return new Defaults("local-delivery", 8, Duration.ofSeconds(30), 7);
                case VIRTUAL:
                    return new Defaults("virtual", 4, Duration.ofSeconds(30), 6);
                case RELAY:
                    return new Defaults("relay", 4, Duration.ofSeconds(60), 5);
                case EXTERNAL:
                    return new Defaults("external", 8, Duration.ofSeconds(60), 5);
                case UNKNOWN:
                default:
                    return new Defaults("local-address-error", 2, Duration.ofSeconds(30), 2);
            }
        }
    }

    private final RecipientType type;
    private final String name;
    private final Defaults defaults;
    private final Map<String, Written> written;

    private LaneSettings(RecipientType type, Map<String, Written> written) {
        this(type, "lane-" + type.asString(), Defaults.of(type), written);
    }

    private LaneSettings(RecipientType type, String name, Defaults defaults, Map<String, Written> written) {
        this.type = type;
        this.name = name;
        this.defaults = defaults;
        this.written = written;
    }

    /** The settings of a lane that nobody has declared. */
    static LaneSettings defaults(RecipientType type) {
        return new LaneSettings(type, Map.of());
    }

    /** The settings of the queue for local deliveries that are tried again. */
    static LaneSettings localRetries() {
        Defaults local = Defaults.of(RecipientType.LOCAL);
        return new LaneSettings(RecipientType.LOCAL, LOCAL_RETRY,
            new Defaults(LOCAL_RETRY, local.concurrency, local.timeout, local.priority), Map.of());
    }

    /**
     * Reads the settings of one type's lane.
     *
     * @throws ConfigurationError where a value does not fit
     */
    public static LaneSettings read(Parameters parameters, RecipientType type) {
        Defaults defaults = Defaults.of(type);
        String prefix = type.asString();
        Map<String, Written> written = new HashMap<>();
        parameters.text(prefix + PROCESSOR, "the name of a processor, like " + defaults.processor)
            .ifPresent(name -> written.put(PROCESSOR, new Written(name, name, parameters.where())));
        int concurrency = parameters.wholeNumber(prefix + CONCURRENCY, defaults.concurrency, 1, MAX_CONCURRENCY);
        if (parameters.isSet(prefix + CONCURRENCY)) {
            written.put(CONCURRENCY, new Written(concurrency, String.valueOf(concurrency), parameters.where()));
        }
        Duration timeout = parameters.duration(prefix + TIMEOUT, defaults.timeout, MIN_TIMEOUT, MAX_TIMEOUT);
        if (parameters.isSet(prefix + TIMEOUT)) {
            written.put(TIMEOUT, new Written(timeout, Parameters.spell(timeout), parameters.where()));
        }
        int priority = parameters.wholeNumber(prefix + PRIORITY, defaults.priority, 0, MAX_PRIORITY);
        if (parameters.isSet(prefix + PRIORITY)) {
            written.put(PRIORITY, new Written(priority, String.valueOf(priority), parameters.where()));
        }
        if (type == RecipientType.LOCAL) {
            readNumber(parameters, prefix, RECIPIENTS_IN_FLIGHT, DEFAULT_RECIPIENTS_IN_FLIGHT, MAX_RECIPIENTS_IN_FLIGHT, written);
            readNumber(parameters, prefix, MEGABYTES_IN_FLIGHT, DEFAULT_MEGABYTES_IN_FLIGHT, MAX_MEGABYTES_IN_FLIGHT, written);
        }
        if (hasDestinations(type)) {
            readNumber(parameters, prefix, DESTINATIONS_AT_ONCE, DestinationsAtOnce.DEFAULT, DestinationsAtOnce.MOST, written);
        }
        return new LaneSettings(type, written);
    }

    private static void readNumber(Parameters parameters, String prefix, String setting, int absent, int max,
            Map<String, Written> written) {
        int number = parameters.wholeNumber(prefix + setting, absent, 1, max);
        if (parameters.isSet(prefix + setting)) {
            written.put(setting, new Written(number, String.valueOf(number), parameters.where()));
        }
    }

    private static boolean hasDestinations(RecipientType type) {
        return type == RecipientType.RELAY || type == RecipientType.EXTERNAL;
    }

    /**
     * These settings together with those of another declaration of the same lane, which may leave any of them out.
     *
     * @throws ConfigurationError where both wrote a value and the values differ
     */
    LaneSettings and(LaneSettings other) {
        Map<String, Written> both = new HashMap<>(written);
        other.written.forEach((setting, theirs) -> {
            Written ours = both.putIfAbsent(setting, theirs);
            if (ours != null && !ours.value.equals(theirs.value)) {
                String key = type.asString() + setting;
                throw new ConfigurationError(theirs.where, key, theirs.text,
                    "the same as <" + key + ">" + ours.text + "</" + key + "> in " + ours.where
                        + ", or nothing: there is one " + type.asString() + " lane in the whole James");
            }
        });
        return new LaneSettings(type, name, defaults, both);
    }

    private <T> T get(String setting, Class<T> valueType, T absent) {
        Written value = written.get(setting);
        return value == null ? absent : valueType.cast(value.value);
    }

    /** The type of the recipients whose mail takes this lane. */
    public RecipientType type() {
        return type;
    }

    /** The processor that the lane's mail goes to. */
    public String processor() {
        return get(PROCESSOR, String.class, defaults.processor);
    }

    /** How many mails are processed at a time, not counting those that hang. */
    public int concurrency() {
        return get(CONCURRENCY, Integer.class, defaults.concurrency);
    }

    /** How many mails may be under way: each slot, and each slot once lent. */
    int slots() {
        return 2 * concurrency();
    }

    /** How long handing over a mail may take, and for how long a run keeps its slot. */
    public Duration timeout() {
        return get(TIMEOUT, Duration.class, defaults.timeout);
    }

    /** From 0, the lowest, to 9. */
    public int priority() {
        return get(PRIORITY, Integer.class, defaults.priority);
    }

    /** How many mailboxes are written at a time, over all mails of the lane; means something for local recipients only. */
    public int recipientsInFlight() {
        return get(RECIPIENTS_IN_FLIGHT, Integer.class, DEFAULT_RECIPIENTS_IN_FLIGHT);
    }

    /**
     * How many octets the copies have together that are written into mailboxes at a time and are not small, over all mails of the
     * lane; means something for local recipients only.
     */
    public long octetsInFlight() {
        return (long) get(MEGABYTES_IN_FLIGHT, Integer.class, DEFAULT_MEGABYTES_IN_FLIGHT) << 20;
    }

    /** To how many destinations at once one mail may go; empty for types whose mail goes to no other server. */
    public OptionalInt destinationsAtOnce() {
        return hasDestinations(type)
            ? OptionalInt.of(get(DESTINATIONS_AT_ONCE, Integer.class, DestinationsAtOnce.DEFAULT)) : OptionalInt.empty();
    }

    /** The name of the lane, which is that of its queue: {@code lane-local}. */
    public String laneName() {
        return name;
    }
}
