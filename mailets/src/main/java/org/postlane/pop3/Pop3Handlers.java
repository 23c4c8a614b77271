// SPDX-License-Identifier: Apache-2.0
package org.postlane.pop3;

import java.util.List;

import org.apache.james.pop3server.core.CoreCmdHandlerLoader;
import org.apache.james.protocols.api.handler.CommandHandlerResultLogger;
import org.apache.james.protocols.lib.handler.HandlersPackage;

/**
 * The handlers that take the place of James' {@link CoreCmdHandlerLoader}:
 *
 * <pre>{@code <handlerchain coreHandlersPackage="org.postlane.pop3.Pop3Handlers"/>}</pre>
 */
public final class Pop3Handlers implements HandlersPackage {
    private static final List<String> HANDLERS = List.of(
        Pop3Dispatcher.class.getName(),
        CapaCommand.class.getName(),
        StlsCommand.class.getName(),
        UserCommand.class.getName(),
        PassCommand.class.getName(),
        StatCommand.class.getName(),
        ListCommand.class.getName(),
        UidlCommand.class.getName(),
        RetrCommand.class.getName(),
        TopCommand.class.getName(),
        DeleCommand.class.getName(),
        RsetCommand.class.getName(),
        NoopCommand.class.getName(),
        QuitCommand.class.getName(),
        UnknownCommand.class.getName(),
        CommandHandlerResultLogger.class.getName());

    @Override
    public List<String> getHandlers() {
        return HANDLERS;
    }
}
