// SPDX-License-Identifier: Apache-2.0
package org.postlane.pop3;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import org.apache.james.protocols.api.Request;
import org.apache.james.protocols.api.Response;
import org.apache.james.protocols.api.handler.CommandHandler;
import org.apache.james.protocols.api.handler.ExtensibleHandler;
import org.apache.james.protocols.pop3.POP3Session;
import org.apache.james.protocols.pop3.core.CapaCapability;

/**
 * CAPA (RFC 2449 5). What can be done in one of the two states is told in both, as the RFC wants it; USER and STLS are told only
 * while they would be taken. Further handlers of the chain add theirs by James' {@link CapaCapability}.
 */
public final class CapaCommand implements CommandHandler<POP3Session>, ExtensibleHandler {
    private final List<CapaCapability> others = new ArrayList<>();

    @Override
    public Collection<String> getImplCommands() {
        return List.of("CAPA");
    }

    @Override
    public List<Class<?>> getMarkerInterfaces() {
        return List.of(CapaCapability.class);
    }

    @Override
    public void wireExtensions(Class<?> wanted, List<?> extensions) {
        extensions.stream().filter(CapaCapability.class::isInstance).map(CapaCapability.class::cast).forEach(others::add);
    }

    @Override
    public Response onCommand(POP3Session session, Request request) {
        Set<String> capabilities = new LinkedHashSet<>();
        if (UserCommand.isAllowed(session)) {
            capabilities.add("USER");
        }
        if (StlsCommand.isOffered(session)) {
            capabilities.add("STLS");
        }
        // RFC 2449 6 and 8, RFC 3206 6. No LOGIN-DELAY: there is none.
        capabilities.addAll(List.of("TOP", "UIDL", "RESP-CODES", "AUTH-RESP-CODE", "PIPELINING", "EXPIRE NEVER",
            "IMPLEMENTATION Postlane"));
        others.forEach(other -> capabilities.addAll(other.getImplementedCapabilities(session)));
        return Answers.multiline("capabilities", new LinesBody(capabilities.iterator()));
    }
}
