// SPDX-License-Identifier: Apache-2.0
package org.postlane.guice.durable;

import javax.inject.Inject;

import org.apache.james.mailrepository.api.MailRepository;
import org.apache.james.mailrepository.api.MailRepositoryLoader;
import org.apache.james.mailrepository.api.MailRepositoryStore;
import org.apache.james.mailrepository.api.MailRepositoryUrl;
import org.apache.james.mailrepository.memory.MemoryMailRepository;
import org.apache.james.modules.mailrepository.guice.GuiceMailRepositoryLoader;

/** Loads any repository but one in memory: its mail would be gone with the next stop, and nobody would be told. */
final class LastingMailRepositoryLoader implements MailRepositoryLoader {
    private final GuiceMailRepositoryLoader any;

    @Inject
    LastingMailRepositoryLoader(GuiceMailRepositoryLoader any) {
        this.any = any;
    }

    @Override
    public MailRepository load(String className, MailRepositoryUrl url)
            throws MailRepositoryStore.MailRepositoryStoreException {
        if (className.equals(MemoryMailRepository.class.getName())) {
            throw new MailRepositoryStore.MailRepositoryStoreException("conf/mailetcontainer.xml names the mail repository "
                + url.asString() + ", which forgets its mail when the server stops; expected "
                + JpaMailRepositoryModule.PROTOCOL + "://" + url.getPath().asString()
                + ", or the server to run with --store memory");
        }
        return any.load(className, url);
    }
}
