// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.settings;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

import org.apache.james.queue.api.MailQueueName;
import org.postlane.smtp.SessionSettings;

/** How the mail of one outgoing queue is delivered. Immutable once built; safe to share. */
public final class OutboundSettings {
    /** As sendmail's {@code Timeout.queuewarn}: after a working morning a sender may want to use the telephone. */
    public static final Duration DEFAULT_DELAY_WARNING = Duration.ofHours(4);
    /**
     * By DATA no more than two fit, one behind the dot of another. By BDAT it is what a round trip carries, and what may come
     * twice when the connection breaks: a hundred mails a second over one at 50 ms, as fast as most servers take them.
     */
    public static final int DEFAULT_MAILS_IN_FLIGHT_PER_CONNECTION = 5;

    private final MailQueueName queue;
    private final RetrySchedule retries;
    private final Duration delayWarning;
    private final DeadLetters deadLetters;
    private final int dnsRetries;
    private final String bounceProcessor;
    private final String successProcessor;
    private final boolean lowPriorityRetries;
    private final InHandLimits inHand;
    private final boolean sharedDestinations;
    private final boolean entryPerDomain;
    private final Supplier<String> ehloName;
    private final UnaryOperator<SessionSettings.Builder> session;

    private OutboundSettings(Builder builder) {
        this.queue = builder.queue;
        this.retries = builder.retries;
        this.delayWarning = builder.delayWarning;
        this.deadLetters = builder.deadLetters;
        this.dnsRetries = builder.dnsRetries;
        this.bounceProcessor = builder.bounceProcessor;
        this.successProcessor = builder.successProcessor;
        this.lowPriorityRetries = builder.lowPriorityRetries;
        this.inHand = builder.inHand;
        this.sharedDestinations = builder.sharedDestinations;
        this.entryPerDomain = builder.entryPerDomain;
        this.ehloName = builder.ehloName;
        this.session = builder.session;
    }

    /** The durable queue that holds the mail. */
    public MailQueueName queue() {
        return queue;
    }

    /** When deferred mail is tried again. */
    public RetrySchedule retries() {
        return retries;
    }

    /** The age at which the sender of a mail that is still not delivered is told so; empty for never. */
    public Optional<Duration> delayWarning() {
        return Optional.ofNullable(delayWarning);
    }

    /** Where mail is kept that was given up; empty where it is not. */
    public Optional<DeadLetters> deadLetters() {
        return Optional.ofNullable(deadLetters);
    }

    /** How often a domain that DNS says does not exist is asked for again before the mail fails. */
    public int dnsRetries() {
        return dnsRetries;
    }

    /** The processor for mail that failed; empty for a report of ours to the sender. */
    public Optional<String> bounceProcessor() {
        return Optional.ofNullable(bounceProcessor);
    }

    /** The processor for mail that was delivered. */
    public Optional<String> successProcessor() {
        return Optional.ofNullable(successProcessor);
    }

    /** Whether retries stand behind first attempts in queues that know priorities. */
    public boolean hasLowPriorityRetries() {
        return lowPriorityRetries;
    }

    /** How much mail may be in hand. */
    public InHandLimits inHand() {
        return inHand;
    }

    /** Whether domains with the same mail servers share one destination. */
    public boolean sharesDestinations() {
        return sharedDestinations;
    }

    /** Whether each entry of the queue has recipients of one domain alone, which James' own RemoteDelivery takes for granted. */
    public boolean hasEntryPerDomain() {
        return entryPerDomain;
    }

    /** The name for EHLO, asked for at each attempt because the default domain may change. */
    public String ehloName() {
        return ehloName.get();
    }

    /** Sets what all of its sessions have in common. */
    public SessionSettings.Builder session(SessionSettings.Builder toHost) {
        return session.apply(toHost);
    }

    /** Collects settings; each method's argument replaces the default that the field shows. */
    public static final class Builder {
        private MailQueueName queue = MailQueueName.of("outgoing");
        private RetrySchedule retries = RetrySchedule.growing();
        private Duration delayWarning = DEFAULT_DELAY_WARNING;
        private DeadLetters deadLetters;
        private int dnsRetries;
        private String bounceProcessor;
        private String successProcessor;
        private boolean lowPriorityRetries;
        private InHandLimits inHand = InHandLimits.DEFAULTS;
        private boolean sharedDestinations;
        private boolean entryPerDomain;
        private Supplier<String> ehloName = () -> "localhost";
        private UnaryOperator<SessionSettings.Builder> session = builder -> builder;

        /** See {@link OutboundSettings#queue()}. */
        public Builder queue(MailQueueName value) {
            this.queue = value;
            return this;
        }

        /** See {@link OutboundSettings#retries()}. */
        public Builder retries(RetrySchedule value) {
            this.retries = value;
            return this;
        }

        /** See {@link OutboundSettings#delayWarning()}. */
        public Builder delayWarning(Optional<Duration> value) {
            this.delayWarning = value.orElse(null);
            return this;
        }

        /** See {@link OutboundSettings#deadLetters()}. */
        public Builder deadLetters(Optional<DeadLetters> value) {
            this.deadLetters = value.orElse(null);
            return this;
        }

        /** See {@link OutboundSettings#dnsRetries()}. */
        public Builder dnsRetries(int value) {
            this.dnsRetries = value;
            return this;
        }

        /** See {@link OutboundSettings#bounceProcessor()}. */
        public Builder bounceProcessor(Optional<String> value) {
            this.bounceProcessor = value.orElse(null);
            return this;
        }

        /** See {@link OutboundSettings#successProcessor()}. */
        public Builder successProcessor(Optional<String> value) {
            this.successProcessor = value.orElse(null);
            return this;
        }

        /** See {@link OutboundSettings#hasLowPriorityRetries()}. */
        public Builder lowPriorityRetries(boolean value) {
            this.lowPriorityRetries = value;
            return this;
        }

        /** See {@link OutboundSettings#inHand()}. */
        public Builder inHand(InHandLimits value) {
            this.inHand = value;
            return this;
        }

        /** See {@link OutboundSettings#sharesDestinations()}. */
        public Builder sharedDestinations(boolean value) {
            this.sharedDestinations = value;
            return this;
        }

        /** See {@link OutboundSettings#hasEntryPerDomain()}. */
        public Builder entryPerDomain(boolean value) {
            this.entryPerDomain = value;
            return this;
        }

        /** See {@link OutboundSettings#ehloName()}. */
        public Builder ehloName(Supplier<String> value) {
            this.ehloName = value;
            return this;
        }

        /** See {@link OutboundSettings#session(SessionSettings.Builder)}. */
        public Builder session(UnaryOperator<SessionSettings.Builder> value) {
            this.session = value;
            return this;
        }

        /** The settings. */
        public OutboundSettings build() {
            return new OutboundSettings(this);
        }
    }
}
