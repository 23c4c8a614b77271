// SPDX-License-Identifier: Apache-2.0
package org.postlane.it;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import org.apache.james.mailrepository.api.MailKey;
import org.apache.james.mailrepository.memory.MemoryMailRepository;
import org.apache.mailet.Mail;
import org.awaitility.Awaitility;

/**
 * A mail repository, named in {@code mailrepositorystore.xml}, that a test can keep from taking anything, and from removing
 * anything before a mail has come back.
 */
public final class RefusingRepository extends MemoryMailRepository {
    static final AtomicBoolean REFUSES = new AtomicBoolean();
    static final AtomicInteger REFUSED = new AtomicInteger();
    /** The senders of what it took, one for each time. */
    static final List<String> TAKEN_FROM = new CopyOnWriteArrayList<>();
    /** Nothing is removed before it has taken so many. */
    static final AtomicInteger TAKEN_BEFORE_REMOVAL = new AtomicInteger();
    static final AtomicInteger REMOVED = new AtomicInteger();

    @Override
    public MailKey store(Mail mail) {
        if (REFUSES.get()) {
            REFUSED.incrementAndGet();
            throw new IllegalStateException("ordered by the test");
        }
        MailKey key = super.store(mail);
        TAKEN_FROM.add(mail.getMaybeSender().asString());
        return key;
    }

    @Override
    public void remove(MailKey key) {
        Awaitility.await("mails taken").until(() -> TAKEN_FROM.size() >= TAKEN_BEFORE_REMOVAL.get());
        super.remove(key);
        REMOVED.incrementAndGet();
    }
}
