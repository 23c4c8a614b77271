// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver;

import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.inject.Inject;

import org.apache.james.metrics.api.Metric;
import org.apache.james.metrics.api.MetricFactory;
import org.apache.james.protocols.smtp.SMTPResponse;
import org.apache.james.protocols.smtp.SMTPSession;
import org.apache.james.protocols.smtp.hook.HookResult;
import org.postlane.james.Parameters;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts and logs what is refused, one line and one metric by reason each, and what would be refused where a check is only to
 * log. Safe for use by several threads.
 */
public final class Rejections {
    /** Behind it stands the reason. */
    public static final String REFUSED_METRIC = "postlane.smtp.refused.";
    /** Behind it stands the reason. */
    public static final String LOGGED_METRIC = "postlane.smtp.logged.";

    private static final Logger LOGGER = LoggerFactory.getLogger(Rejections.class);

    private final Map<Rejection.Reason, Metric> refused = new EnumMap<>(Rejection.Reason.class);
    private final Map<Rejection.Reason, Metric> logged = new EnumMap<>(Rejection.Reason.class);
    private final Set<String> told = ConcurrentHashMap.newKeySet();

    /** For James' injector. */
    @Inject
    public Rejections(MetricFactory metrics) {
        for (Rejection.Reason reason : Rejection.Reason.values()) {
            refused.put(reason, metrics.generate(REFUSED_METRIC + reason));
            logged.put(reason, metrics.generate(LOGGED_METRIC + reason));
        }
    }

    /**
     * Whose clients a handler never refuses, by {@value Networks#TRUSTED}. Where that is not set, the log tells it, once for the
     * handlers of a kind: behind a proxy or in a container the whole world may be in such a network.
     */
    public Networks trusted(Parameters parameters, Networks absent) {
        if (!parameters.isSet(Networks.TRUSTED) && told.add(parameters.where())) {
            LOGGER.info("{}: <{}> is not set, and clients in {} are not looked at", parameters.where(), Networks.TRUSTED, absent);
        }
        return Networks.read(parameters, Networks.TRUSTED, absent);
    }

    /** Refuses a command. */
    public HookResult refuse(SMTPSession session, Rejection rejection) {
        note(session, rejection);
        return rejection.asHookResult();
    }

    /** Refuses the whole session. */
    public void end(SMTPSession session, SessionControl control, Rejection rejection) {
        if (!control.isEnded()) {
            note(session, rejection);
            control.end(rejection.code(), rejection.text());
        }
    }

    /** Answers a command with this, and ends the session. */
    public SMTPResponse lastReply(SMTPSession session, Rejection rejection) {
        note(session, rejection);
        SMTPResponse last = new SMTPResponse(rejection.code(), rejection.text());
        last.setEndSession(true);
        return last;
    }

    private void note(SMTPSession session, Rejection rejection) {
        refused.get(rejection.reason()).increment();
        LOGGER.info("Refused: reason={} client={} user={} reply=\"{}\"", rejection.reason(), Client.text(session), user(session),
            rejection);
    }

    /** Lets it pass. */
    public void logOnly(SMTPSession session, Rejection rejection) {
        logged.get(rejection.reason()).increment();
        LOGGER.info("Would be refused: reason={} client={} user={} reply=\"{}\"", rejection.reason(), Client.text(session),
            user(session), rejection);
    }

    private static String user(SMTPSession session) {
        return session.getUsername() == null ? "-" : session.getUsername().asString();
    }
}
