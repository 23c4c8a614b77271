// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver;

import java.lang.reflect.Field;
import java.util.Collection;
import java.util.Optional;

import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import org.apache.james.protocols.api.ProtocolSession;
import org.apache.james.protocols.api.ProtocolSessionImpl;
import org.apache.james.protocols.api.ProtocolTransport;
import org.apache.james.protocols.netty.BasicChannelInboundHandler;
import org.apache.james.protocols.netty.HandlerConstants;
import org.apache.james.protocols.netty.NettyProtocolTransport;
import org.postlane.james.ConfigurationError;

/**
 * The way from a session to its channel, and to what takes the channel's lines. James 3.8.1 has none that is public: handlers
 * and hooks get the session only, the transport behind it keeps the channel to itself, and the handler behind that its state.
 */
public final class SessionChannel {
    private final Field channel = field(NettyProtocolTransport.class, "channel");
    private final Field lineHandlers = field(BasicChannelInboundHandler.class, "behaviourOverrides");

    /** @throws ConfigurationError in a James that is built otherwise */
    public SessionChannel() {
        // The fields are looked up as they are declared.
    }

    private static Field field(Class<?> owner, String name) {
        try {
            Field field = owner.getDeclaredField(name);
            field.setAccessible(true);
            return field;
        } catch (ReflectiveOperationException | RuntimeException e) {
            throw new ConfigurationError("smtpserver.xml: expected James 3.8.1, whose "
                + owner.getName() + " has a field \"" + name + "\": " + e);
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
        return Optional.of((Channel) value(channel, transport));
    }

    /**
     * What takes the lines of a channel in the place of the commands: James' receipt of a message, an exchange of AUTH. It is
     * empty while James takes commands, and changes with the session.
     */
    Collection<?> lineHandlers(ChannelPipeline pipeline) {
        return (Collection<?>) value(lineHandlers, pipeline.get(HandlerConstants.CORE_HANDLER));
    }

    private static Object value(Field field, Object owner) {
        try {
            return field.get(owner);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }
}
