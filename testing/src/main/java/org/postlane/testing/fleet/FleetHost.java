// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing.fleet;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** One host of a fleet: its behaviour, and what happened to it. Thread-safe. */
public final class FleetHost {
    private final Fleet fleet;
    private final String address;
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger peak = new AtomicInteger();
    private final AtomicInteger opened = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();
    private final AtomicInteger leftByClient = new AtomicInteger();
    private final AtomicInteger taken = new AtomicInteger();
    private final AtomicInteger recipients = new AtomicInteger();
    private final ConcurrentLinkedQueue<Long> connectedAt = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Long> transactionsAt = new ConcurrentLinkedQueue<>();
    private final Set<FleetSession> stalled = ConcurrentHashMap.newKeySet();
    private volatile HostBehaviour behaviour;

    FleetHost(Fleet fleet, String address, HostBehaviour behaviour) {
        this.fleet = fleet;
        this.address = address;
        this.behaviour = behaviour;
    }

    /** Its address. */
    public String address() {
        return address;
    }

    /** Behaves otherwise from the next answer on; sessions that stall now go on stalling until {@link #release()}. */
    public FleetHost behave(HostBehaviour now) {
        behaviour = now;
        return this;
    }

    /** Lets the sessions that stall now go on, with the answer that they owe. */
    public void release() {
        stalled.forEach(FleetSession::resume);
    }

    /** Closes its port: connections are refused from now on. Only in a fleet that listens at single addresses. */
    public void stopListening() {
        fleet.stopListening(address);
    }

    /** Opens its port again. */
    public void listen() {
        fleet.listen(address);
    }

    /** Connections that are open now. */
    public int open() {
        return open.get();
    }

    /** The most connections that were open at any moment. */
    public int peak() {
        return peak.get();
    }

    /** All connections so far, those that were turned away included. */
    public int opened() {
        return opened.get();
    }

    /** The connections that were reset at once or greeted with another code than 220. */
    public int refused() {
        return refused.get();
    }

    /** The sessions that the client ended while the host owed it an answer: it gave up. */
    public int leftByClient() {
        return leftByClient.get();
    }

    /** The sessions that stall now. */
    public int stalled() {
        return stalled.size();
    }

    /** The mails that it has taken. */
    public int taken() {
        return taken.get();
    }

    /** The recipients of the mails that it has taken. */
    public int recipients() {
        return recipients.get();
    }

    /** {@link System#nanoTime()} at each connection, in order. */
    public List<Long> connectedAt() {
        return List.copyOf(connectedAt);
    }

    /** {@link System#nanoTime()} at each MAIL that was accepted, in order. */
    public List<Long> transactionsAt() {
        return List.copyOf(transactionsAt);
    }

    HostBehaviour behaviour() {
        return behaviour;
    }

    void connected() {
        connectedAt.add(System.nanoTime());
        opened.incrementAndGet();
        int now = open.incrementAndGet();
        peak.accumulateAndGet(now, Math::max);
        fleet.connected();
    }

    void disconnected() {
        open.decrementAndGet();
        fleet.disconnected();
    }

    void turnedAway() {
        refused.incrementAndGet();
    }

    void left() {
        leftByClient.incrementAndGet();
    }

    void stalls(FleetSession session) {
        stalled.add(session);
    }

    boolean stallsNoMore(FleetSession session) {
        return stalled.remove(session);
    }

    void transaction() {
        transactionsAt.add(System.nanoTime());
    }

    void took(FleetMail mail) {
        taken.incrementAndGet();
        recipients.addAndGet(mail.recipients().size());
        fleet.took(mail);
    }

    @Override
    public String toString() {
        return address + ": open " + open + ", peak " + peak + ", opened " + opened + ", refused " + refused + ", left "
            + leftByClient + ", stalled " + stalled.size() + ", taken " + taken;
    }
}
