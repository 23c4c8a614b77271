// SPDX-License-Identifier: Apache-2.0
package org.postlane.pop3;

import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.apache.commons.configuration2.Configuration;
import org.apache.james.protocols.api.handler.ExtensibleHandler;
import org.apache.james.protocols.api.handler.ProtocolHandler;
import org.apache.james.protocols.api.handler.WiringException;
import org.postlane.james.Parameters;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an administrator may set for one listener:
 *
 * <pre>{@code <handler class="org.postlane.pop3.Pop3Settings"><requireTls>true</requireTls></handler>}</pre>
 *
 * <p>Without it, the defaults hold. Read once by the thread that starts James; may then be read by several threads.
 */
public final class Pop3Settings implements ProtocolHandler, ExtensibleHandler {
    private static final Logger LOGGER = LoggerFactory.getLogger(Pop3Settings.class);
    /** RFC 1939 3: an autologout timer must be of at least 10 minutes' duration. */
    static final Duration AUTOLOGOUT = Duration.ofMinutes(10);
    private static final Duration SHORTEST_AUTOLOGOUT = Duration.ofSeconds(1);
    private static final Duration LONGEST_AUTOLOGOUT = Duration.ofDays(1);
    /** As many as James gives a listener for framing ({@code maxExecutorCount}). */
    private static final int WORKERS = 16;
    private static final int MOST_WORKERS = 1000;

    private boolean requireTls;
    private Duration autologout = AUTOLOGOUT;
    private int workers = WORKERS;
    private UidlForm uidl = UidlForm.VALIDITY;

    @Override
    public void init(Configuration config) {
        Parameters parameters = new Parameters("pop3server.xml, handler Pop3Settings", values(config));
        requireTls = parameters.flag("requireTls", requireTls);
        autologout = parameters.duration("autologout", autologout, SHORTEST_AUTOLOGOUT, LONGEST_AUTOLOGOUT);
        workers = parameters.wholeNumber("workers", workers, 1, MOST_WORKERS);
        uidl = parameters.text("uidl", UidlForm.EXPECTED)
            .map(text -> UidlForm.named(text).orElseThrow(() -> parameters.error("uidl", UidlForm.EXPECTED)))
            .orElse(uidl);
        parameters.refuseUnknown();
        if (autologout.compareTo(AUTOLOGOUT) < 0) {
            LOGGER.warn("pop3server.xml: <autologout> is {}; RFC 1939 asks for {} at least", Parameters.spell(autologout),
                Parameters.spell(AUTOLOGOUT));
        }
    }

    @Override
    public List<Class<?>> getMarkerInterfaces() {
        return List.of(Pop3Dispatcher.class);
    }

    /** Without the commands that read them, settings that keep passwords from plain text would hold for nobody. */
    @Override
    public void wireExtensions(Class<?> wanted, List<?> extensions) throws WiringException {
        if (extensions.isEmpty()) {
            throw new WiringException("pop3server.xml: Pop3Settings stands in a <handlerchain> without the commands that it is"
                + " for; expected <handlerchain coreHandlersPackage=\"" + Pop3Handlers.class.getName() + "\">");
        }
    }

    private static Map<String, String> values(Configuration config) {
        Map<String, String> values = new HashMap<>();
        Iterator<String> keys = config.getKeys();
        while (keys.hasNext()) {
            String key = keys.next();
            // The attributes of <handler> are James' own.
            if (!key.startsWith("[@")) {
                values.put(key, Optional.ofNullable(config.getString(key)).orElse(""));
            }
        }
        return values;
    }

    /** Whether a password is taken on a connection under TLS only; absent: no, as James does. */
    boolean requireTls() {
        return requireTls;
    }

    /** How long a client may be silent, or take none of what is sent to it, before the connection and the lock are given up. */
    Duration autologout() {
        return autologout;
    }

    /** How many commands of this listener may be under way at a time. */
    int workers() {
        return workers;
    }

    /** What a unique id is made of. */
    UidlForm uidl() {
        return uidl;
    }
}
