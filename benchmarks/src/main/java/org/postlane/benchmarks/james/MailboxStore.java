// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks.james;

import com.google.inject.Module;
import org.postlane.server.DurableJames;
import org.postlane.server.Home;
import org.postlane.server.MemoryJames;
import org.postlane.server.RunningJames;
import org.postlane.testing.james.LastingMailboxes;

/** What the mailboxes of a James that is measured are kept in. */
public enum MailboxStore {
    MEMORY("memory") {
        @Override
        RunningJames start(Home home, Module counting) {
            return MemoryJames.start(home, counting);
        }
    },
    /** James' JPA mailboxes on Derby, with the tables and settings that James gives them; users and queues in memory. */
    JPA("James' JPA and Derby") {
        @Override
        RunningJames start(Home home, Module counting) {
            return MemoryJames.start(home, new LastingMailboxes(home.root()), counting);
        }
    },
    /** The durable store of the server: everything on the disk, the queues too. */
    DURABLE("durable store") {
        @Override
        RunningJames start(Home home, Module counting) {
            return DurableJames.start(home, counting);
        }
    };

    private final String title;

    MailboxStore(String title) {
        this.title = title;
    }

    /** For tables and plots. */
    public String title() {
        return title;
    }

    abstract RunningJames start(Home home, Module counting);
}
