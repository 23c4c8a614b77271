// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks.james;

import java.util.Map;
import javax.inject.Inject;

import org.apache.james.core.Username;
import org.apache.james.mailbox.model.MailboxConstants;
import org.apache.james.mailbox.model.MailboxPath;
import org.apache.james.metrics.api.Metric;
import org.apache.james.metrics.api.MetricFactory;
import org.apache.james.modules.MailboxProbeImpl;
import org.apache.james.transport.mailets.LocalDelivery;
import org.apache.james.utils.DataProbeImpl;
import org.postlane.server.Home;
import org.postlane.server.MemoryJames;
import org.postlane.server.RunningJames;

/**
 * The main class of a James that delivers into mailboxes, on the {@link MailboxStore} that its argument names, in
 * {@code working.directory}. Answers as {@link JamesProcess} does.
 */
public final class MailboxProcess {
    public static final String DOMAIN = "local.test";
    public static final String PASSWORD = "secret";

    /** The copies in mailboxes, as James' own metric counts them, and ours with it. */
    private static final class Copies {
        private volatile Metric metric;

        @Inject
        void count(MetricFactory metrics) {
            metric = metrics.generate(LocalDelivery.LOCAL_DELIVERED_MAILS_METRIC_NAME);
        }

        private long now() {
            return metric.getCount();
        }
    }

    private final Copies copies = new Copies();
    private final RunningJames james;
    private int users;

    private MailboxProcess(Home home, MailboxStore store) {
        james = store.start(home, binder -> binder.requestInjection(copies));
    }

    /** The address of a user. */
    public static String user(int number) {
        return "user" + number + "@" + DOMAIN;
    }

    /** Answers {@code ready} when it takes mail. */
    public static void main(String[] args) throws Exception {
        Home home = Home.locate();
        MemoryJames.readJvmProperties(home);
        Conversation.hold(() -> new MailboxProcess(home, MailboxStore.valueOf(args[0])).commands());
    }

    private Map<String, Conversation.Command> commands() {
        return Map.of(
            "populate", number -> populate(Integer.parseInt(number)),
            "empty", range -> empty(Integer.parseInt(range.split("-")[0]), Integer.parseInt(range.split("-")[1])),
            "delivered", nothing -> copies.now(),
            "cpu", nothing -> JamesProcess.processorNanos());
    }

    /** Until there are so many users, each with an inbox. */
    private String populate(int wanted) throws Exception {
        DataProbeImpl data = james.server().getProbe(DataProbeImpl.class);
        MailboxProbeImpl mailboxes = james.server().getProbe(MailboxProbeImpl.class);
        if (users == 0) {
            data.addDomain(DOMAIN);
        }
        for (; users < wanted; users++) {
            data.addUser(user(users), PASSWORD);
            mailboxes.createMailbox(MailboxPath.inbox(Username.of(user(users))));
        }
        return "populated";
    }

    /** An inbox that is new has no mail. */
    private String empty(int first, int end) throws Exception {
        MailboxProbeImpl mailboxes = james.server().getProbe(MailboxProbeImpl.class);
        for (int number = first; number < end; number++) {
            mailboxes.deleteMailbox(MailboxConstants.USER_NAMESPACE, user(number), MailboxConstants.INBOX);
            mailboxes.createMailbox(MailboxPath.inbox(Username.of(user(number))));
        }
        return "empty";
    }
}
