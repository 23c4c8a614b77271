// SPDX-License-Identifier: Apache-2.0
package org.postlane.server;

import java.util.List;
import javax.inject.Inject;

import com.google.inject.Module;
import com.google.inject.multibindings.Multibinder;
import org.apache.james.imapserver.netty.IMAPServerFactory;
import org.apache.james.pop3server.netty.POP3ServerFactory;
import org.apache.james.protocols.lib.netty.AbstractServerFactory;
import org.apache.james.smtpserver.netty.SMTPServerFactory;
import org.apache.james.utils.GuiceProbe;

/**
 * The listeners of one James. James closes them one after another, each with the two seconds that Netty waits for a
 * connection to say something more; seven of them outlast the ten seconds that a stop may take.
 */
final class Listeners implements GuiceProbe {
    private final List<AbstractServerFactory> factories;

    @Inject
    Listeners(SMTPServerFactory smtp, POP3ServerFactory pop3, IMAPServerFactory imap) {
        this.factories = List.of(smtp, pop3, imap);
    }

    /** Makes this class a probe of the server it is installed into. */
    static Module module() {
        return binder -> Multibinder.newSetBinder(binder, GuiceProbe.class).addBinding().to(Listeners.class);
    }

    /** Closes all at once and lets the transactions under way come to their end; James' own stop then finds them closed. */
    void close() {
        List<Thread> threads = factories.stream()
            .filter(factory -> factory.getServers() != null)
            .flatMap(factory -> factory.getServers().stream())
            .map(server -> new Thread(server::unbind, "stop-" + server.getServiceType()))
            .toList();
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
