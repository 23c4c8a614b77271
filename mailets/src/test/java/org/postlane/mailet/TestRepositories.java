// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import org.apache.commons.configuration2.BaseHierarchicalConfiguration;
import org.apache.james.mailrepository.api.MailKey;
import org.apache.james.mailrepository.api.MailRepository;
import org.apache.james.mailrepository.api.MailRepositoryStore;
import org.apache.james.mailrepository.api.MailRepositoryUrl;
import org.apache.james.mailrepository.api.Protocol;
import org.apache.james.mailrepository.memory.MailRepositoryStoreConfiguration;
import org.apache.james.mailrepository.memory.MemoryMailRepository;
import org.apache.james.mailrepository.memory.MemoryMailRepositoryStore;
import org.apache.james.mailrepository.memory.MemoryMailRepositoryUrlStore;
import org.apache.mailet.Mail;

/** James' own repositories in memory, under the protocol {@code memory}, which refuse on demand. */
final class TestRepositories {
    final AtomicInteger storesToFail = new AtomicInteger();
    final AtomicInteger stores = new AtomicInteger();
    private final MailRepositoryStoreConfiguration configuration = MailRepositoryStoreConfiguration.forItems(
        new MailRepositoryStoreConfiguration.Item(List.of(new Protocol("memory")), MemoryMailRepository.class.getName(),
            new BaseHierarchicalConfiguration()));
    private final MemoryMailRepositoryStore store;

    TestRepositories() {
        store = new MemoryMailRepositoryStore(new MemoryMailRepositoryUrlStore(), (name, url) -> new MemoryMailRepository() {
            @Override
            public MailKey store(Mail mail) {
                if (storesToFail.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                    throw new IllegalStateException("The disk is full");
                }
                stores.incrementAndGet();
                return super.store(mail);
            }
        }, configuration);
        try {
            store.init();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    KnownRepositories known() {
        return new KnownRepositories(store, configuration);
    }

    MailRepositoryStore store() {
        return store;
    }

    MailRepository at(String url) {
        return store.select(MailRepositoryUrl.from(url));
    }

    List<Mail> mailsAt(String url) throws Exception {
        List<Mail> mails = new ArrayList<>();
        for (var keys = at(url).list(); keys.hasNext();) {
            mails.add(at(url).retrieve(keys.next()));
        }
        return mails;
    }
}
