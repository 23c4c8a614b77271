// SPDX-License-Identifier: Apache-2.0
package org.postlane.guice.durable;

import com.google.inject.AbstractModule;
import com.google.inject.Scopes;
import org.apache.james.sieverepository.api.SieveQuotaRepository;
import org.apache.james.sieverepository.api.SieveRepository;

/** Binds Sieve scripts and their quotas: James' JPA repository, with a correction. */
public final class JpaSieveModule extends AbstractModule {
    @Override
    protected void configure() {
        bind(ReplacingSieveRepository.class).in(Scopes.SINGLETON);
        bind(SieveRepository.class).to(ReplacingSieveRepository.class);
        bind(SieveQuotaRepository.class).to(ReplacingSieveRepository.class);
    }
}
