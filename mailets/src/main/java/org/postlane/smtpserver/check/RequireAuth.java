// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.check;

import javax.inject.Inject;

import org.apache.commons.configuration2.Configuration;
import org.apache.james.core.MaybeSender;
import org.apache.james.protocols.smtp.SMTPSession;
import org.apache.james.protocols.smtp.hook.HookResult;
import org.apache.james.protocols.smtp.hook.MailHook;
import org.postlane.james.Parameters;
import org.postlane.smtpserver.Client;
import org.postlane.smtpserver.HandlerParameters;
import org.postlane.smtpserver.Networks;
import org.postlane.smtpserver.Place;
import org.postlane.smtpserver.Rejection;
import org.postlane.smtpserver.Rejections;

/**
 * Takes mail only from those who have logged in (RFC 6409 4.3): {@code 530 5.7.0} at MAIL (RFC 4954 6). James' own
 * {@code authRequired} and {@code auth.announce} only offer AUTH; mail for local recipients is taken from everybody.
 *
 * <pre>{@code
 * <handler class="org.postlane.smtpserver.check.RequireAuth"/>}</pre>
 *
 * <p>Safe for use by several threads.
 */
@Place(Place.Step.LOGIN)
public final class RequireAuth implements MailHook {
    private final Rejections rejections;
    private Networks trusted = Networks.NONE;

    /** For James' injector. */
    @Inject
    public RequireAuth(Rejections rejections) {
        this.rejections = rejections;
    }

    @Override
    public void init(Configuration config) {
        Parameters parameters = HandlerParameters.of(config, getClass());
        trusted = Networks.read(parameters, Networks.TRUSTED, Networks.NONE);
        parameters.refuseUnknown();
    }

    @Override
    public HookResult doMail(SMTPSession session, MaybeSender sender) {
        return refuses(session)
            ? rejections.refuse(session, Rejection.of(Rejection.Reason.AUTH_REQUIRED, "530", "5.7.0 Authentication required"))
            : HookResult.DECLINED;
    }

    /** Whether a MAIL would be refused now. */
    boolean refuses(SMTPSession session) {
        // A network that may relay has not logged in: who is to be let in without is named here.
        return session.getUsername() == null && !trusted.contains(Client.of(session));
    }
}
