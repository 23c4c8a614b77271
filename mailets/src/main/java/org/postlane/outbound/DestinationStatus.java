// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

import org.apache.james.queue.api.MailQueueName;

/** One destination at one moment. Immutable. */
public final class DestinationStatus {
    private final Builder values;

    private DestinationStatus(Builder values) {
        this.values = values;
    }

    /** A destination of a queue, ready and without mail unless more is said. */
    public static Builder builder(MailQueueName queue, String name, DestinationState state) {
        return new Builder(queue, name, state);
    }

    /** The outgoing queue that its mail comes from. */
    public MailQueueName queue() {
        return values.queue;
    }

    /** The recipient domain, the group of gateways or the provider that it is; unique within its queue. */
    public String name() {
        return values.name;
    }

    /** How it stands. */
    public DestinationState state() {
        return values.state;
    }

    /** Since when it stands so. */
    public Optional<Instant> since() {
        return Optional.ofNullable(values.since);
    }

    /** When a penalty, a suspension or an order to bounce ends by itself. */
    public Optional<Instant> until() {
        return Optional.ofNullable(values.until);
    }

    /** Attempts in hand that have not begun. */
    public int waiting() {
        return values.waiting;
    }

    /** Attempts that have begun. */
    public int underWay() {
        return values.underWay;
    }

    /** How many attempts may be under way at once now; it grows with success. */
    public int concurrency() {
        return values.concurrency;
    }

    /** How long the oldest attempt in hand has waited here; empty where none waits. */
    public Optional<Duration> oldestWaiting() {
        return Optional.ofNullable(values.oldestWaiting);
    }

    /** What the last failure of it as a whole was; one line. */
    public Optional<String> lastError() {
        return Optional.ofNullable(values.lastError);
    }

    /** When that was. */
    public Optional<Instant> lastErrorAt() {
        return Optional.ofNullable(values.lastErrorAt);
    }

    /** Recipients delivered since it is known. */
    public long delivered() {
        return values.delivered;
    }

    /** Recipients deferred since it is known. */
    public long deferred() {
        return values.deferred;
    }

    /** Recipients failed since it is known. */
    public long failed() {
        return values.failed;
    }

    /** The rate in force, as it is written in the configuration; empty where there is none. */
    public Optional<String> rate() {
        return Optional.ofNullable(values.rate);
    }

    @Override
    public String toString() {
        return values.queue.asString() + "/" + values.name + ": " + values.state + ", waiting=" + values.waiting + ", underWay="
            + values.underWay;
    }

    /** Collects what is known; what is not said is absent or zero. */
    public static final class Builder {
        private final MailQueueName queue;
        private final String name;
        private final DestinationState state;
        private Instant since;
        private Instant until;
        private int waiting;
        private int underWay;
        private int concurrency;
        private Duration oldestWaiting;
        private String lastError;
        private Instant lastErrorAt;
        private long delivered;
        private long deferred;
        private long failed;
        private String rate;

        private Builder(MailQueueName queue, String name, DestinationState state) {
            this.queue = Objects.requireNonNull(queue, "queue");
            this.name = Objects.requireNonNull(name, "name");
            this.state = Objects.requireNonNull(state, "state");
        }

        private Builder(Builder other) {
            this(other.queue, other.name, other.state);
            this.since = other.since;
            this.until = other.until;
            this.waiting = other.waiting;
            this.underWay = other.underWay;
            this.concurrency = other.concurrency;
            this.oldestWaiting = other.oldestWaiting;
            this.lastError = other.lastError;
            this.lastErrorAt = other.lastErrorAt;
            this.delivered = other.delivered;
            this.deferred = other.deferred;
            this.failed = other.failed;
            this.rate = other.rate;
        }

        /** See {@link DestinationStatus#since()} and {@link DestinationStatus#until()}; null where there is none. */
        public Builder since(Instant from, Instant to) {
            this.since = from;
            this.until = to;
            return this;
        }

        /** See {@link DestinationStatus#waiting()} and {@link DestinationStatus#oldestWaiting()}; null where none waits. */
        public Builder waiting(int attempts, Duration oldest) {
            this.waiting = attempts;
            this.oldestWaiting = oldest;
            return this;
        }

        /** See {@link DestinationStatus#underWay()} and {@link DestinationStatus#concurrency()}. */
        public Builder underWay(int attempts, int allowed) {
            this.underWay = attempts;
            this.concurrency = allowed;
            return this;
        }

        /** See {@link DestinationStatus#lastError()}; null where there was none. */
        public Builder lastError(String error, Instant at) {
            this.lastError = error;
            this.lastErrorAt = at;
            return this;
        }

        /** Recipients by outcome. */
        public Builder outcomes(long nowDelivered, long nowDeferred, long nowFailed) {
            this.delivered = nowDelivered;
            this.deferred = nowDeferred;
            this.failed = nowFailed;
            return this;
        }

        /** See {@link DestinationStatus#rate()}; null where there is none. */
        public Builder rate(String inForce) {
            this.rate = inForce;
            return this;
        }

        /** The status. */
        public DestinationStatus build() {
            return new DestinationStatus(new Builder(this));
        }
    }
}
