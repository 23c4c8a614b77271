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
import org.apache.james.utils.ClassName;
import org.apache.james.utils.GuiceGenericLoader;
import org.apache.james.utils.GuiceProbe;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The listeners of one James. James closes them one after another, each with the two seconds that Netty waits for a
 * connection to say something more; seven of them outlast the ten seconds that a stop may take.
 */
final class Listeners implements GuiceProbe {
    /** In the bundle, which is no part of this program's class path. */
    private static final ClassName OPEN_SESSIONS = new ClassName("org.postlane.smtpserver.verb.OpenSessions");
    private static final Logger LOGGER = LoggerFactory.getLogger(Listeners.class);

    private final List<AbstractServerFactory> factories;
    private final GuiceGenericLoader extensions;

    @Inject
    Listeners(SMTPServerFactory smtp, POP3ServerFactory pop3, IMAPServerFactory imap, GuiceGenericLoader extensions) {
        this.factories = List.of(smtp, pop3, imap);
        this.extensions = extensions;
    }

    /** Makes this class a probe of the server it is installed into. */
    static Module module() {
        return binder -> Multibinder.newSetBinder(binder, GuiceProbe.class).addBinding().to(Listeners.class);
    }

    /** Tells SMTP sessions that they end, and closes all at once; James' own stop then finds them closed. */
    void close() {
        sayGoodbye();
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

    /** James would have the bundle say it in its own stop, which comes too late here. */
    private void sayGoodbye() {
        try {
            AutoCloseable sessions = extensions.instantiate(OPEN_SESSIONS);
            sessions.close();
        } catch (Exception e) {
            // The stop goes on, whatever is in extensions-jars/.
            LOGGER.warn("Open SMTP sessions end without a word", e);
        }
    }
}
