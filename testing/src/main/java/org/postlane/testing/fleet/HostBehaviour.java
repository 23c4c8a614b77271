// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing.fleet;

import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;

/** What a host does. Immutable; each method gives another one. */
public final class HostBehaviour {
    private static final String ACCEPTED = "250 2.1.5 ok";

    private Phase stall;
    private Phase hangUp;
    private String greeting = "220 fleet.test ESMTP";
    private String dot = "250 2.0.0 taken";
    private UnaryOperator<String> rcpt = recipient -> ACCEPTED;
    private int mailsPerConnection = Integer.MAX_VALUE;
    private int maxConnections = Integer.MAX_VALUE;
    private boolean reset;
    private Duration delay = Duration.ZERO;
    private List<String> extensions = List.of("PIPELINING", "8BITMIME", "ENHANCEDSTATUSCODES");

    private HostBehaviour() {
    }

    /** Takes everything at once. */
    public static HostBehaviour healthy() {
        return new HostBehaviour();
    }

    private HostBehaviour copy() {
        HostBehaviour copy = new HostBehaviour();
        copy.stall = stall;
        copy.hangUp = hangUp;
        copy.greeting = greeting;
        copy.dot = dot;
        copy.rcpt = rcpt;
        copy.mailsPerConnection = mailsPerConnection;
        copy.maxConnections = maxConnections;
        copy.reset = reset;
        copy.delay = delay;
        copy.extensions = extensions;
        return copy;
    }

    /** Is silent from this phase on, until {@link FleetHost#release()}. */
    public HostBehaviour stallingAt(Phase phase) {
        HostBehaviour copy = copy();
        copy.stall = phase;
        return copy;
    }

    /** Closes the connection instead of the answer to this. At {@link Phase#DOT} it has taken the mail all the same. */
    public HostBehaviour hangingUpAt(Phase phase) {
        HostBehaviour copy = copy();
        copy.hangUp = phase;
        return copy;
    }

    /** Greets so, and closes unless it is 220. */
    public HostBehaviour greeting(String reply) {
        HostBehaviour copy = copy();
        copy.greeting = reply;
        return copy;
    }

    /** Answers each RCPT by its address. */
    public HostBehaviour rcpt(UnaryOperator<String> replyOfAddress) {
        HostBehaviour copy = copy();
        copy.rcpt = replyOfAddress;
        return copy;
    }

    /** Answers each RCPT so. */
    public HostBehaviour rcpt(String reply) {
        return rcpt(recipient -> reply);
    }

    /** Answers the final dot so; the mail counts as taken when that is 2xx. */
    public HostBehaviour dot(String reply) {
        HostBehaviour copy = copy();
        copy.dot = reply;
        return copy;
    }

    /** Answers MAIL with 421 and closes when a connection has carried so many mails, without having announced it. */
    public HostBehaviour mailsPerConnection(int mails) {
        HostBehaviour copy = copy();
        copy.mailsPerConnection = mails;
        return copy;
    }

    /** Greets with 421 and closes when more than so many connections are open. All clients count as one. */
    public HostBehaviour maxConnections(int connections) {
        HostBehaviour copy = copy();
        copy.maxConnections = connections;
        return copy;
    }

    /** Resets each new connection, as a firewall does; a closed port is {@link FleetHost#stopListening()}. */
    public HostBehaviour resetting() {
        HostBehaviour copy = copy();
        copy.reset = true;
        return copy;
    }

    /** Waits so long before each answer. */
    public HostBehaviour slow(Duration beforeEachAnswer) {
        HostBehaviour copy = copy();
        copy.delay = beforeEachAnswer;
        return copy;
    }

    /** Offers these in EHLO, and nothing else. */
    public HostBehaviour offering(String... keywords) {
        HostBehaviour copy = copy();
        copy.extensions = List.of(keywords);
        return copy;
    }

    boolean stallsAt(Phase phase) {
        return stall == phase;
    }

    boolean hangsUpAt(Phase phase) {
        return hangUp == phase;
    }

    boolean offersStartTls() {
        return stall == Phase.STARTTLS || stall == Phase.HANDSHAKE;
    }

    String greeting() {
        return greeting;
    }

    String rcptReply(String address) {
        return rcpt.apply(address);
    }

    String dotReply() {
        return dot;
    }

    int mailsPerConnection() {
        return mailsPerConnection;
    }

    int maxConnections() {
        return maxConnections;
    }

    boolean resets() {
        return reset;
    }

    Duration delay() {
        return delay;
    }

    List<String> extensions() {
        return extensions;
    }
}
