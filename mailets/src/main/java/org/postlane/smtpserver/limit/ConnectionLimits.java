// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.limit;

import java.net.InetAddress;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import javax.inject.Inject;

import org.apache.commons.configuration2.Configuration;
import org.apache.james.protocols.api.Response;
import org.apache.james.protocols.api.handler.ConnectHandler;
import org.apache.james.protocols.smtp.SMTPSession;
import org.postlane.james.Parameters;
import org.postlane.smtpserver.Client;
import org.postlane.smtpserver.HandlerParameters;
import org.postlane.smtpserver.Networks;
import org.postlane.smtpserver.Place;
import org.postlane.smtpserver.Rejection;
import org.postlane.smtpserver.Rejections;
import org.postlane.smtpserver.SessionChannel;
import org.postlane.smtpserver.SessionControl;
import org.postlane.smtpserver.Silence;

/**
 * Bounds the connections of a listener, in total and from one client, and says so: {@code 421 4.7.0} in place of the greeting
 * (RFC 5321 3.8). Stands first among the handlers of {@code smtpserver.xml}. James' own {@code connectionLimit} and
 * {@code connectionLimitPerIP} close without a word.
 *
 * <pre>{@code
 * <handler class="org.postlane.smtpserver.limit.ConnectionLimits">
 *   <maxConnections>1000</maxConnections>
 *   <maxConnectionsPerAddress>50</maxConnectionsPerAddress>
 * </handler>}</pre>
 *
 * <p>Each listener counts its own: a flood on port 25 leaves submission alone. Safe for use by several threads.
 */
@Place(Place.Step.CONNECTION)
public final class ConnectionLimits implements ConnectHandler<SMTPSession> {
    static final String MAX = "maxConnections";
    static final String MAX_PER_ADDRESS = "maxConnectionsPerAddress";

    private final Rejections rejections;
    private final SessionChannel channels = new SessionChannel();
    private final AtomicInteger open = new AtomicInteger();
    private final ConcurrentMap<String, Integer> openByNetwork = new ConcurrentHashMap<>();
    private int max;
    private int maxPerAddress;
    private int ipv6Prefix;
    private Networks trusted;

    /** For James' injector. */
    @Inject
    public ConnectionLimits(Rejections rejections) {
        this.rejections = rejections;
    }

    @Override
    public void init(Configuration config) {
        Parameters parameters = HandlerParameters.of(config, getClass());
        max = parameters.wholeNumber(MAX, Limits.CONNECTIONS, 0, Limits.MOST);
        maxPerAddress = parameters.wholeNumber(MAX_PER_ADDRESS, Limits.CONNECTIONS_PER_ADDRESS, 0, Limits.MOST);
        ipv6Prefix = Client.ipv6Prefix(parameters);
        trusted = rejections.trusted(parameters, Networks.LOOPBACK);
        parameters.refuseUnknown();
    }

    @Override
    public Response onConnect(SMTPSession session) {
        SessionControl.of(session, channels).ifPresent(control -> arrive(session, control));
        return Silence.RESPONSE;
    }

    /** Behind a proxy the address comes later, or never: until then the connection counts as one of all. */
    private void arrive(SMTPSession session, SessionControl control) {
        AtomicBoolean counted = new AtomicBoolean(takeOne());
        // The channel closes once, whoever closes it and whatever was or was not said before.
        control.whenClosed(() -> countNoMore(counted));
        if (control.isAddressKnown() || counted.get()) {
            control.whenAddressIsKnown(() -> admit(session, control, counted));
        } else {
            refuse(session, control);
        }
    }

    private void admit(SMTPSession session, SessionControl control, AtomicBoolean counted) {
        InetAddress client = Client.of(session);
        if (control.isEnded() || trusted.contains(client)) {
            countNoMore(counted);
            return;
        }
        String network = Client.network(client, ipv6Prefix);
        if (!takeOneOf(network)) {
            countNoMore(counted);
            rejections.end(session, control, Rejection.of(Rejection.Reason.TOO_MANY_CONNECTIONS_PER_ADDRESS, "421",
                "4.7.0 Too many connections from " + network + ", try again later"));
        } else if (!counted.get()) {
            giveBackOneOf(network);
            refuse(session, control);
        } else {
            control.whenClosed(() -> giveBackOneOf(network));
        }
    }

    private void refuse(SMTPSession session, SessionControl control) {
        rejections.end(session, control, Rejection.of(Rejection.Reason.TOO_MANY_CONNECTIONS, "421",
            "4.7.0 Too many connections, try again later"));
    }

    private void countNoMore(AtomicBoolean counted) {
        if (counted.getAndSet(false)) {
            open.decrementAndGet();
        }
    }

    private boolean takeOne() {
        int before = open.getAndUpdate(now -> max == 0 || now < max ? now + 1 : now);
        return max == 0 || before < max;
    }

    private boolean takeOneOf(String network) {
        if (maxPerAddress == 0) {
            return true;
        }
        boolean[] taken = new boolean[1];
        openByNetwork.compute(network, (any, before) -> {
            int now = before == null ? 0 : before;
            taken[0] = now < maxPerAddress;
            return taken[0] ? now + 1 : now;
        });
        return taken[0];
    }

    private void giveBackOneOf(String network) {
        openByNetwork.computeIfPresent(network, (any, before) -> before > 1 ? before - 1 : null);
    }

    /** Connections that count now. */
    int open() {
        return open.get();
    }

    /** Networks that have one. */
    int networks() {
        return openByNetwork.size();
    }
}
