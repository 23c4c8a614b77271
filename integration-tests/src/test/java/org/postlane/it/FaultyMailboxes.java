// SPDX-License-Identifier: Apache-2.0
package org.postlane.it;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import javax.inject.Named;
import javax.inject.Singleton;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import org.apache.james.core.Username;
import org.apache.james.mailbox.MailboxManager;
import org.apache.james.mailbox.MailboxSession;
import org.apache.james.mailbox.exception.MailboxException;
import org.apache.james.mailbox.exception.MailboxNotFoundException;
import org.apache.james.mailbox.model.MailboxPath;
import reactor.core.publisher.Mono;

/** James' mailboxes behind a manager that a test can let fail, or stall, for a user to whom mail is delivered. */
final class FaultyMailboxes extends AbstractModule {
    private final Map<Username, Supplier<Mono<Void>>> faults = new ConcurrentHashMap<>();
    private final Map<Username, List<Long>> attempts = new ConcurrentHashMap<>();
    private volatile MailboxManager james;

    /** What happens whenever a delivery opens a mailbox of this user; where it completes, the mailbox then behaves. */
    void beforeDelivery(String user, Supplier<Mono<Void>> fault) {
        faults.put(Username.of(user), fault);
        attempts.put(Username.of(user), new CopyOnWriteArrayList<>());
    }

    /** When deliveries to a user with a fault began, by {@link System#nanoTime}. */
    List<Long> attempts(String user) {
        return attempts.get(Username.of(user));
    }

    /**
     * How many messages a user's inbox holds, none where there is no inbox; asked of James itself, past any fault. Not to be
     * asked while an inbox gets its first mail: James' memory store then may lose that mail.
     */
    long inInbox(String user) throws MailboxException {
        MailboxSession session = james.createSystemSession(Username.of(user));
        try {
            return james.getMailbox(MailboxPath.inbox(session), session).getMessageCount(session);
        } catch (MailboxNotFoundException e) {
            return 0;
        }
    }

    @Provides
    @Singleton
    @Named("mailboxmanager")
    MailboxManager around(MailboxManager manager) {
        james = manager;
        return (MailboxManager) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {MailboxManager.class},
            (proxy, method, arguments) -> {
                if (method.getName().equals("getMailboxReactive") && arguments[0] instanceof MailboxPath path
                        && faults.containsKey(path.getUser())) {
                    attempts.get(path.getUser()).add(System.nanoTime());
                    return faults.get(path.getUser()).get()
                        .then(Mono.defer(() -> Mono.from(manager.getMailboxReactive(path, (MailboxSession) arguments[1]))));
                }
                try {
                    return method.invoke(manager, arguments);
                } catch (InvocationTargetException e) {
                    throw e.getCause();
                }
            });
    }
}
