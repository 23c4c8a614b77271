// SPDX-License-Identifier: Apache-2.0
package org.postlane.it;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.UnaryOperator;
import javax.inject.Inject;
import javax.inject.Named;

import org.apache.james.core.Username;
import org.apache.james.mailbox.MailboxManager;
import org.apache.james.mailbox.MailboxSession;
import org.apache.james.mailbox.MessageManager;
import org.apache.james.mailbox.MessageUid;
import org.apache.james.mailbox.exception.MailboxException;
import org.apache.james.mailbox.model.MailboxPath;
import org.apache.james.mailbox.model.MessageRange;
import org.apache.james.pop3server.mailbox.DefaultMailboxAdapterFactory;
import org.apache.james.pop3server.mailbox.MailboxAdapterFactory;
import org.apache.james.protocols.pop3.mailbox.Mailbox;
import org.apache.james.protocols.pop3.mailbox.MessageMetaData;
import reactor.core.publisher.Flux;

/** James' own maildrops, with a record of each call and of its thread, and with failures that a test orders. */
final class WatchedMaildrops implements MailboxAdapterFactory {
    /** Something a test does before a call goes to the mailbox; throws to make the call fail. */
    interface Interference {
        void before() throws IOException;
    }

    static final Interference NONE = () -> { };

    /**
     * One call.
     *
     * @param method of {@link Mailbox}
     * @param thread its name
     */
    record Call(String method, String thread) {
    }

    final Queue<Call> calls = new ConcurrentLinkedQueue<>();
    volatile Interference listing = NONE;
    volatile Interference removal = NONE;
    volatile UnaryOperator<InputStream> content = UnaryOperator.identity();
    private MailboxAdapterFactory james;

    private MailboxManager manager;

    @Inject
    void wrap(DefaultMailboxAdapterFactory factory, @Named("mailboxmanager") MailboxManager mailboxes) {
        james = factory;
        manager = mailboxes;
    }

    /** The inbox of a user, as another session has it. */
    Inbox inbox(String user) throws MailboxException {
        MailboxSession session = manager.createSystemSession(Username.of(user));
        return new Inbox(manager.getMailbox(MailboxPath.inbox(session), session), session);
    }

    /** What James itself says of a mailbox, and does to it. */
    record Inbox(MessageManager mailbox, MailboxSession session) {
        long validity() throws MailboxException {
            return mailbox.getMailboxEntity().getUidValidity().asLong();
        }

        List<Long> uids() {
            return Flux.from(mailbox.listMessagesMetadata(MessageRange.all(), session))
                .map(message -> message.getComposedMessageId().getUid().asLong()).sort().collectList().block();
        }

        void remove(long uid) throws MailboxException {
            mailbox.delete(List.of(MessageUid.of(uid)), session);
        }
    }

    void calmDown() {
        listing = NONE;
        removal = NONE;
        content = UnaryOperator.identity();
        calls.clear();
    }

    long count(String method) {
        return calls.stream().filter(call -> call.method().equals(method)).count();
    }

    @Override
    public Mailbox create(MessageManager manager, MailboxSession session) {
        Mailbox mailbox = james.create(manager, session);
        return new Mailbox() {
            @Override
            public InputStream getMessage(String uid) throws IOException {
                note("getMessage");
                return content.apply(mailbox.getMessage(uid));
            }

            @Override
            public List<MessageMetaData> getMessages() throws IOException {
                note("getMessages");
                listing.before();
                return mailbox.getMessages();
            }

            @Override
            public void remove(String... uids) throws IOException {
                note("remove");
                removal.before();
                mailbox.remove(uids);
            }

            @Override
            public String getIdentifier() throws IOException {
                note("getIdentifier");
                return mailbox.getIdentifier();
            }

            @Override
            public void close() throws IOException {
                mailbox.close();
            }
        };
    }

    private void note(String method) {
        calls.add(new Call(method, Thread.currentThread().getName()));
    }
}
