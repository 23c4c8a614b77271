// SPDX-License-Identifier: Apache-2.0
package org.postlane.it;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import org.apache.james.mailrepository.api.MailKey;
import org.apache.james.mailrepository.memory.MemoryMailRepository;
import org.apache.mailet.Mail;

/** A mail repository, named in {@code mailrepositorystore.xml}, that a test can keep from taking anything. */
public final class RefusingRepository extends MemoryMailRepository {
    static final AtomicBoolean REFUSES = new AtomicBoolean();
    static final AtomicInteger REFUSED = new AtomicInteger();
    /** The senders of what it took, one for each time. */
    static final List<String> TAKEN_FROM = new CopyOnWriteArrayList<>();

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
}
