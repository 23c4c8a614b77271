// SPDX-License-Identifier: Apache-2.0
package org.postlane.it;

import org.apache.james.ExtraProperties;
import org.apache.james.FakeSearchMailboxModule;
import org.apache.james.JamesServerMain;
import org.apache.james.MemoryJamesConfiguration;
import org.apache.james.MemoryJamesServerMain;
import org.apache.james.modules.server.JMXServerModule;

/** Upstream's memory app with queues that last. It is started in {@link OfficialImage}, and needs nothing of Postlane. */
public final class ActiveMqJamesMain {
    private ActiveMqJamesMain() {
    }

    public static void main(String[] arguments) throws Exception {
        ExtraProperties.initialize();
        JamesServerMain.main(MemoryJamesServerMain
            .createServer(MemoryJamesConfiguration.builder().useWorkingDirectoryEnvProperty().build())
            .combineWith(new FakeSearchMailboxModule(), new JMXServerModule())
            .overrideWith(new ActiveMqQueues()));
    }
}
