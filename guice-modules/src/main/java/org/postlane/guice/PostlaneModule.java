// SPDX-License-Identifier: Apache-2.0
package org.postlane.guice;

import javax.inject.Singleton;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.Scopes;
import org.apache.james.IsStartedProbe;
import org.apache.james.dnsservice.api.DNSService;
import org.postlane.credential.CredentialStore;
import org.postlane.credential.Passwords;
import org.postlane.james.ServerStarted;
import org.postlane.james.StopTime;
import org.postlane.lane.Lanes;
import org.postlane.local.LocalDeliveries;
import org.postlane.mailet.ContainerCheck;
import org.postlane.mailet.ContainerReload;
import org.postlane.outbound.EngineJournal;
import org.postlane.outbound.EngineTime;
import org.postlane.outbound.OutboundEngine;
import org.postlane.outbound.operations.CriticalStates;
import org.postlane.outbound.operations.Destinations;
import org.postlane.outbound.operations.OutboundMetrics;
import org.postlane.outbound.operations.QueueDestinations;
import org.postlane.outbound.operations.Reload;
import org.postlane.pop3.MaildropLocks;
import org.postlane.recipient.Enquiries;
import org.postlane.recipient.RecipientClassifier;
import org.postlane.recipient.RelayDomains;
import org.postlane.recipient.SenderIdentity;
import org.postlane.recipient.VirtualDomains;
import org.postlane.route.dns.MailDns;
import org.postlane.smtpserver.ListenerCheck;
import org.postlane.smtpserver.Rejections;
import org.postlane.smtpserver.check.NetworkFiles;
import org.postlane.smtpserver.limit.UserMessages;
import org.postlane.smtpserver.verb.OpenSessions;

/**
 * What the mailets, matchers and SMTP hooks of one James share, each bound once. It goes into {@code extensions.properties}:
 * {@code guice.extension.module=org.postlane.guice.PostlaneModule}.
 *
 * <p>Mailets, matchers and hooks themselves are never bound here: James makes one of them for each place that names it.
 */
public final class PostlaneModule extends AbstractModule {
    @Override
    protected void configure() {
        bind(RelayDomains.class).in(Scopes.SINGLETON);
        bind(VirtualDomains.class).in(Scopes.SINGLETON);
        bind(RecipientClassifier.class).in(Scopes.SINGLETON);
        bind(SenderIdentity.class).in(Scopes.SINGLETON);
        bind(Enquiries.class).in(Scopes.SINGLETON);
        bind(OpenSessions.class).in(Scopes.SINGLETON);
        bind(CredentialStore.class).in(Scopes.SINGLETON);
        bind(Passwords.class).in(Scopes.SINGLETON);
        bind(StopTime.class).in(Scopes.SINGLETON);
        bind(Lanes.class).in(Scopes.SINGLETON);
        bind(LocalDeliveries.class).in(Scopes.SINGLETON);
        bind(CriticalStates.class).in(Scopes.SINGLETON);
        bind(OutboundMetrics.class).in(Scopes.SINGLETON);
        bind(QueueDestinations.class).in(Scopes.SINGLETON);
        bind(Destinations.class).to(QueueDestinations.class);
        bind(EngineJournal.class).in(Scopes.SINGLETON);
        bind(EngineTime.class).toInstance(EngineTime.SYSTEM);
        bind(OutboundEngine.class).in(Scopes.SINGLETON);
        bind(ContainerReload.class).in(Scopes.SINGLETON);
        bind(Reload.class).to(ContainerReload.class);
        bind(MaildropLocks.class).in(Scopes.SINGLETON);
        // At once: they look at what James is about to make.
        bind(ContainerCheck.class).asEagerSingleton();
        bind(ListenerCheck.class).asEagerSingleton();
        bind(Rejections.class).in(Scopes.SINGLETON);
        bind(UserMessages.class).in(Scopes.SINGLETON);
        bind(NetworkFiles.class).in(Scopes.SINGLETON);
    }

    /** What arrives and what leaves share one memory of DNS. */
    @Provides
    @Singleton
    MailDns dns(OutboundEngine engine, DNSService service) {
        return engine.dnsBy(service);
    }

    @Provides
    @Singleton
    ServerStarted serverStarted(IsStartedProbe probe) {
        return probe::isStarted;
    }
}
