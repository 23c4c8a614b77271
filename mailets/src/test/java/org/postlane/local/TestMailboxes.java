// SPDX-License-Identifier: Apache-2.0
package org.postlane.local;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.InputStream;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

import com.google.common.collect.ImmutableSet;
import org.apache.james.core.Username;
import org.apache.james.core.quota.QuotaCountLimit;
import org.apache.james.events.EventBus;
import org.apache.james.events.InVMEventBus;
import org.apache.james.events.MemoryEventDeadLetters;
import org.apache.james.events.RetryBackoffConfiguration;
import org.apache.james.events.delivery.InVmEventDelivery;
import org.apache.james.mailbox.MailboxManager;
import org.apache.james.mailbox.MailboxSession;
import org.apache.james.mailbox.MessageManager;
import org.apache.james.mailbox.acl.UnionMailboxACLResolver;
import org.apache.james.mailbox.exception.MailboxException;
import org.apache.james.mailbox.inmemory.InMemoryMailboxManager;
import org.apache.james.mailbox.inmemory.InMemoryMailboxSessionMapperFactory;
import org.apache.james.mailbox.inmemory.InMemoryMessageId;
import org.apache.james.mailbox.inmemory.quota.InMemoryCurrentQuotaManager;
import org.apache.james.mailbox.inmemory.quota.InMemoryPerUserMaxQuotaManager;
import org.apache.james.mailbox.model.FetchGroup;
import org.apache.james.mailbox.model.MailboxConstants;
import org.apache.james.mailbox.model.MailboxPath;
import org.apache.james.mailbox.model.MessageRange;
import org.apache.james.mailbox.model.MessageResult;
import org.apache.james.mailbox.store.JVMMailboxPathLocker;
import org.apache.james.mailbox.store.PreDeletionHooks;
import org.apache.james.mailbox.store.SessionProviderImpl;
import org.apache.james.mailbox.store.StoreAttachmentManager;
import org.apache.james.mailbox.store.StoreMailboxAnnotationManager;
import org.apache.james.mailbox.store.StoreMessageIdManager;
import org.apache.james.mailbox.store.StoreRightManager;
import org.apache.james.mailbox.store.extractor.DefaultTextExtractor;
import org.apache.james.mailbox.store.mail.NaiveThreadIdGuessingAlgorithm;
import org.apache.james.mailbox.store.mail.model.impl.MessageParser;
import org.apache.james.mailbox.store.quota.CurrentQuotaCalculator;
import org.apache.james.mailbox.store.quota.DefaultUserQuotaRootResolver;
import org.apache.james.mailbox.store.quota.ListeningCurrentQuotaUpdater;
import org.apache.james.mailbox.store.quota.QuotaComponents;
import org.apache.james.mailbox.store.quota.StoreQuotaManager;
import org.apache.james.mailbox.store.search.SimpleMessageSearchIndex;
import org.apache.james.metrics.tests.RecordingMetricFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** James' memory mailboxes, with quotas if wanted, and a manager in front of them that a test can let fail or hang for a user. */
public final class TestMailboxes {
    /** What happens when a user's mailbox is opened; completes where the mailbox then behaves. */
    @FunctionalInterface
    public interface OnOpen {
        Mono<Void> before();
    }

    /** Takes a message instead of the mailbox. */
    @FunctionalInterface
    public interface OnAppend {
        void accept(MessageManager.AppendCommand command) throws Exception;
    }

    public final InMemoryMailboxManager store;
    public final MailboxManager manager;
    public volatile OnAppend onAppend;
    /** How a mailbox is refused that another creates at the same time; null where it is not. */
    public volatile Function<MailboxPath, MailboxException> onCreate = path -> null;
    private final InMemoryPerUserMaxQuotaManager maxQuotas = new InMemoryPerUserMaxQuotaManager();
    private final DefaultUserQuotaRootResolver quotaRoots;
    private final Map<Username, OnOpen> onOpen = new ConcurrentHashMap<>();
    private final Map<Username, AtomicInteger> opened = new ConcurrentHashMap<>();

    /** Counting what a mailbox holds costs time that grows with the number of all mailboxes. */
    public TestMailboxes(boolean quotas) {
        InMemoryMailboxSessionMapperFactory mappers = new InMemoryMailboxSessionMapperFactory(Clock.systemUTC());
        EventBus events = new InVMEventBus(new InVmEventDelivery(new RecordingMetricFactory()),
            RetryBackoffConfiguration.DEFAULT, new MemoryEventDeadLetters());
        StoreRightManager rights = new StoreRightManager(mappers, new UnionMailboxACLResolver(), events);
        SessionProviderImpl sessions = new SessionProviderImpl((user, password) -> true, (user, other) -> {
            throw new AssertionError("Nobody logs in as another");
        });
        quotaRoots = new DefaultUserQuotaRootResolver(sessions, mappers);
        InMemoryCurrentQuotaManager currentQuotas =
            new InMemoryCurrentQuotaManager(new CurrentQuotaCalculator(mappers, quotaRoots), sessions);
        StoreQuotaManager quotaManager = new StoreQuotaManager(currentQuotas, maxQuotas);
        PreDeletionHooks hooks = new PreDeletionHooks(ImmutableSet.of(), new RecordingMetricFactory());
        StoreMessageIdManager ids = new StoreMessageIdManager(rights, mappers, events, quotaManager, quotaRoots, hooks);
        store = new InMemoryMailboxManager(mappers, sessions, new JVMMailboxPathLocker(), new MessageParser(),
            new InMemoryMessageId.Factory(), events,
            new StoreMailboxAnnotationManager(mappers, rights, MailboxConstants.DEFAULT_LIMIT_ANNOTATIONS_ON_MAILBOX,
                MailboxConstants.DEFAULT_LIMIT_ANNOTATION_SIZE),
            rights, new QuotaComponents(maxQuotas, quotaManager, quotaRoots),
            new SimpleMessageSearchIndex(mappers, mappers, new DefaultTextExtractor(), new StoreAttachmentManager(mappers, ids)),
            hooks, new NaiveThreadIdGuessingAlgorithm(), Clock.systemUTC());
        if (quotas) {
            events.register(new ListeningCurrentQuotaUpdater(currentQuotas, quotaRoots, events, quotaManager));
        }
        manager = proxy(MailboxManager.class, store, this::call);
    }

    private static <T> T proxy(Class<T> type, T target, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
            try {
                Object replaced = handler.invoke(proxy, method, arguments);
                return replaced == null ? method.invoke(target, arguments) : replaced;
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        }));
    }

    private Object call(Object proxy, java.lang.reflect.Method method, Object[] arguments) {
        if (method.getName().equals("getMailboxReactive") && arguments[0] instanceof MailboxPath) {
            MailboxPath path = (MailboxPath) arguments[0];
            opened.computeIfAbsent(path.getUser(), any -> new AtomicInteger()).incrementAndGet();
            return onOpen.getOrDefault(path.getUser(), Mono::empty).before()
                .then(Mono.defer(() -> Mono.from(store.getMailboxReactive(path, (MailboxSession) arguments[1]))))
                .map(this::watched);
        }
        if (method.getName().equals("createMailboxReactive")) {
            MailboxException refusal = onCreate.apply((MailboxPath) arguments[0]);
            if (refusal != null) {
                // As if another had been faster by a moment: the mailbox is there now.
                return Mono.from(store.createMailboxReactive((MailboxPath) arguments[0],
                    (MailboxManager.CreateOption) arguments[1], (MailboxSession) arguments[2])).then(Mono.error(refusal));
            }
        }
        return null;
    }

    private MessageManager watched(MessageManager mailbox) {
        OnAppend instead = onAppend;
        if (instead == null) {
            return mailbox;
        }
        return proxy(MessageManager.class, mailbox, (proxy, method, arguments) -> {
            if (!method.getName().equals("appendMessageReactive")) {
                return null;
            }
            return Mono.fromCallable((Callable<MessageManager.AppendResult>) () -> {
                instead.accept((MessageManager.AppendCommand) arguments[0]);
                return null;
            });
        });
    }

    public void onOpen(String user, OnOpen action) {
        onOpen.put(Username.of(user), action);
    }

    /** How often something looked for a mailbox of this user, in the place of a look that fails. */
    public int opened(String user) {
        return opened.getOrDefault(Username.of(user), new AtomicInteger()).get();
    }

    public void limit(String user, long messages) throws Exception {
        maxQuotas.setMaxMessage(quotaRoots.forUser(Username.of(user)), QuotaCountLimit.count(messages));
    }

    /** All that a user has: flags and octets, by mailbox. */
    public Map<String, List<String>> contents(String user) throws Exception {
        MailboxSession session = store.createSystemSession(Username.of(user));
        Map<String, List<String>> contents = new TreeMap<>();
        for (MailboxPath path : store.list(session)) {
            if (path.belongsTo(session)) {
                contents.put(path.getName(), messages(path, session));
            }
        }
        return contents;
    }

    private List<String> messages(MailboxPath path, MailboxSession session) throws Exception {
        List<String> messages = new ArrayList<>();
        List<MessageResult> results = Flux.from(store.getMailbox(path, session)
            .getMessagesReactive(MessageRange.all(), FetchGroup.FULL_CONTENT, session)).collectList().block();
        for (MessageResult result : results) {
            try (InputStream in = result.getFullContent().getInputStream()) {
                messages.add(result.getFlags() + "\n" + new String(in.readAllBytes(), ISO_8859_1));
            }
        }
        return messages;
    }

    public int count(String user) throws Exception {
        return contents(user).values().stream().mapToInt(List::size).sum();
    }

    /** Fast: looks at the inbox alone. */
    public long inInbox(String user) throws Exception {
        MailboxSession session = store.createSystemSession(Username.of(user));
        return store.getMailbox(MailboxPath.inbox(Username.of(user)), session).getMessageCount(session);
    }
}
