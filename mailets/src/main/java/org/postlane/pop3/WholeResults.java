// SPDX-License-Identifier: Apache-2.0
package org.postlane.pop3;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Iterator;

import org.apache.james.mailbox.MailboxSession;
import org.apache.james.mailbox.MessageManager;
import org.apache.james.mailbox.exception.MailboxException;
import org.apache.james.mailbox.model.FetchGroup;
import org.apache.james.mailbox.model.MessageRange;
import org.apache.james.mailbox.model.MessageResult;
import org.apache.james.mailbox.model.MessageResultIterator;
import reactor.core.publisher.Flux;

/**
 * Messages of a mailbox that are all there, or {@link #hasNext} throws. James' own iterator reads 200 at a time, for each of
 * which a database sorts all that are left. Where a read fails it ends as if there were no more, and keeps the failure for a
 * question that James' POP3 server never asks.
 *
 * <p>For one thread, which may block.
 */
final class WholeResults implements MessageResultIterator {
    private final Iterator<MessageResult> results;

    private WholeResults(Iterator<MessageResult> results) {
        this.results = results;
    }

    /** The same mailbox, whose {@link MessageManager#getMessages} are whole. */
    static MessageManager of(MessageManager mailbox) {
        return (MessageManager) Proxy.newProxyInstance(WholeResults.class.getClassLoader(), new Class<?>[] {MessageManager.class},
            (proxy, method, arguments) -> {
                if (method.getName().equals("getMessages")) {
                    return new WholeResults(Flux.from(mailbox.getMessagesReactive((MessageRange) arguments[0],
                        (FetchGroup) arguments[1], (MailboxSession) arguments[2])).toIterable().iterator());
                }
                try {
                    return method.invoke(mailbox, arguments);
                } catch (InvocationTargetException e) {
                    throw e.getCause();
                }
            });
    }

    /** @throws RuntimeException where the mailbox cannot be read */
    @Override
    public boolean hasNext() {
        return results.hasNext();
    }

    /** @throws RuntimeException where the mailbox cannot be read */
    @Override
    public MessageResult next() {
        return results.next();
    }

    /** Nothing: what happened was thrown. */
    @Override
    public MailboxException getException() {
        return null;
    }
}
