// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import javax.inject.Inject;

import org.apache.james.mailrepository.api.MailRepositoryStore;
import org.apache.james.mailrepository.api.MailRepositoryStore.MailRepositoryStoreException;
import org.apache.james.mailrepository.api.MailRepositoryUrl;
import org.apache.james.mailrepository.api.Protocol;
import org.apache.james.mailrepository.memory.MailRepositoryStoreConfiguration;
import org.postlane.james.ConfigurationError;
import org.postlane.james.Parameters;
import org.postlane.outbound.settings.DeadLetters;

/** The mail repositories of a James, and the protocols of their URLs. Safe for use by several threads. */
public final class KnownRepositories {
    private final MailRepositoryStore store;
    private final MailRepositoryStoreConfiguration configuration;

    /** For James' injector. */
    @Inject
    public KnownRepositories(MailRepositoryStore store, MailRepositoryStoreConfiguration configuration) {
        this.store = store;
        this.configuration = configuration;
    }

    /**
     * The repository at the URL that this parameter says, made where it is missing; empty where the parameter is absent.
     *
     * @throws ConfigurationError that says what was expected
     */
    Optional<DeadLetters> deadLetters(Parameters parameters, String key) {
        return parameters.text(key, expected()).map(text -> {
            try {
                MailRepositoryUrl url = MailRepositoryUrl.from(text);
                return new DeadLetters(url, store.select(url));
            } catch (IllegalArgumentException | MailRepositoryStoreException e) {
                throw parameters.error(key, expected() + ": " + e.getMessage());
            }
        });
    }

    /** What a URL looks like here, in words for a message. */
    String expected() {
        List<String> protocols = configuration.getItems().stream().flatMap(item -> item.getProtocols().stream())
            .map(Protocol::getValue).distinct().collect(Collectors.toList());
        return "the URL of a mail repository" + protocols.stream().findFirst()
            .map(first -> ", like " + first + "://var/mail/dead-letters/").orElse("")
            + "; this James has the protocols " + String.join(", ", protocols) + " (mailrepositorystore.xml)";
    }
}
