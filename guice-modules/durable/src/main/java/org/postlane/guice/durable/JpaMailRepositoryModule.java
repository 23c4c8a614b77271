// SPDX-License-Identifier: Apache-2.0
package org.postlane.guice.durable;

import java.util.List;

import com.google.inject.AbstractModule;
import com.google.inject.Scopes;
import com.google.inject.util.Modules;
import org.apache.commons.configuration2.BaseHierarchicalConfiguration;
import org.apache.james.mailrepository.api.MailRepositoryLoader;
import org.apache.james.mailrepository.api.MailRepositoryUrlStore;
import org.apache.james.mailrepository.api.Protocol;
import org.apache.james.mailrepository.jpa.JPAMailRepository;
import org.apache.james.mailrepository.jpa.JPAMailRepositoryUrlStore;
import org.apache.james.mailrepository.memory.MailRepositoryStoreConfiguration;
import org.apache.james.modules.server.MailStoreRepositoryModule;

/**
 * Binds the repositories of failed and kept mail, as mailrepositorystore.xml configures them: {@code jpa://} is James' JPA
 * repository, and what would be kept in memory is refused.
 */
public final class JpaMailRepositoryModule extends AbstractModule {
    /** The protocol of the URLs of these repositories. */
    public static final String PROTOCOL = "jpa";

    @Override
    protected void configure() {
        install(Modules.override(new MailStoreRepositoryModule())
            .with(binder -> binder.bind(MailRepositoryLoader.class).to(LastingMailRepositoryLoader.class).in(Scopes.SINGLETON)));
        bind(JPAMailRepositoryUrlStore.class).in(Scopes.SINGLETON);
        bind(MailRepositoryUrlStore.class).to(JPAMailRepositoryUrlStore.class);
        bind(MailRepositoryStoreConfiguration.Item.class).toInstance(new MailRepositoryStoreConfiguration.Item(
            List.of(new Protocol(PROTOCOL)), JPAMailRepository.class.getName(), new BaseHierarchicalConfiguration()));
    }
}
