// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver;

import java.lang.reflect.Field;
import java.util.Optional;

import io.netty.channel.Channel;
import org.apache.james.protocols.api.ProtocolSession;
import org.apache.james.protocols.api.ProtocolSessionImpl;
import org.apache.james.protocols.api.ProtocolTransport;
import org.apache.james.protocols.netty.NettyProtocolTransport;
import org.postlane.james.ConfigurationError;

/**
 * The way from a session to its channel. James 3.8.1 has none that is public: handlers and hooks get the session only, and the
 * transport behind it keeps the channel to itself.
 */
public final class SessionChannel {
    private static final String FIELD = "channel";

    private final Field field;

    /** @throws ConfigurationError in a James that is built otherwise */
    public SessionChannel() {
        try {
            field = NettyProtocolTransport.class.getDeclaredField(FIELD);
            field.setAccessible(true);
        } catch (ReflectiveOperationException | RuntimeException e) {
            throw new ConfigurationError("smtpserver.xml: expected James 3.8.1, whose "
                + NettyProtocolTransport.class.getName() + " has a field \"" + FIELD + "\": " + e);
        }
    }

    /** The channel; empty for a session that is not Netty's. */
    public Optional<Channel> of(ProtocolSession session) {
        if (!(session instanceof ProtocolSessionImpl)) {
            return Optional.empty();
        }
        ProtocolTransport transport = ((ProtocolSessionImpl) session).getProtocolTransport();
        if (!(transport instanceof NettyProtocolTransport)) {
            return Optional.empty();
        }
        try {
            return Optional.of((Channel) field.get(transport));
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }
}
