// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.check;

import java.net.InetAddress;
import java.util.Locale;
import java.util.function.Supplier;
import javax.inject.Inject;

import org.apache.commons.configuration2.Configuration;
import org.apache.james.core.MaybeSender;
import org.apache.james.protocols.api.Response;
import org.apache.james.protocols.api.handler.ConnectHandler;
import org.apache.james.protocols.smtp.SMTPSession;
import org.apache.james.protocols.smtp.hook.HookResult;
import org.apache.james.protocols.smtp.hook.MailHook;
import org.postlane.james.ConfigurationError;
import org.postlane.james.JamesFiles;
import org.postlane.james.Parameters;
import org.postlane.smtpserver.Client;
import org.postlane.smtpserver.HandlerParameters;
import org.postlane.smtpserver.Networks;
import org.postlane.smtpserver.Place;
import org.postlane.smtpserver.Rejection;
import org.postlane.smtpserver.Rejections;
import org.postlane.smtpserver.SessionChannel;
import org.postlane.smtpserver.SessionControl;
import org.postlane.smtpserver.Silence;

/**
 * Refuses clients of some networks: {@code 554 5.7.1} in place of the greeting (RFC 5321 3.1), and the connection is closed; or
 * {@code 550 5.7.1} at MAIL, which spares whoever has logged in by then.
 *
 * <pre>{@code
 * <handler class="org.postlane.smtpserver.check.BlockedNetworks">
 *   <networks>192.0.2.0/24, 2001:db8:bad::/48</networks>
 *   <networksFile>conf/blocked-networks.txt</networksFile>
 *   <at>connect</at>
 *   <trustedNetworks>192.0.2.25</trustedNetworks>
 * </handler>}</pre>
 *
 * <p>Safe for use by several threads.
 */
@Place(Place.Step.CONNECTION)
public final class BlockedNetworks implements ConnectHandler<SMTPSession>, MailHook {
    static final String NETWORKS = "networks";
    static final String FILE = "networksFile";
    static final String AT = "at";

    private static final String AT_EXPECTED = "connect or mail";
    private static final String FILE_EXPECTED = "a file with networks, one or more on a line";

    private final Rejections rejections;
    private final NetworkFiles files;
    private final JamesFiles jamesFiles;
    private final SessionChannel channels = new SessionChannel();
    private Networks networks;
    private Supplier<Networks> fromFile = () -> Networks.NONE;
    private boolean atConnect;
    private Networks trusted;

    /** For James' injector. */
    @Inject
    public BlockedNetworks(Rejections rejections, NetworkFiles files, JamesFiles jamesFiles) {
        this.rejections = rejections;
        this.files = files;
        this.jamesFiles = jamesFiles;
    }

    @Override
    public void init(Configuration config) {
        Parameters parameters = HandlerParameters.of(config, getClass());
        networks = Networks.read(parameters, NETWORKS, Networks.NONE);
        trusted = Networks.read(parameters, Networks.TRUSTED, Networks.NONE);
        atConnect = parameters.text(AT, AT_EXPECTED).map(text -> {
            switch (text.toLowerCase(Locale.ROOT)) {
                case "connect":
                    return true;
                case "mail":
                    return false;
                default:
                    throw parameters.error(AT, AT_EXPECTED);
            }
        }).orElse(true);
        parameters.text(FILE, FILE_EXPECTED).ifPresent(written -> fromFile = watch(parameters, written));
        parameters.refuseUnknown();
    }

    private Supplier<Networks> watch(Parameters parameters, String written) {
        try {
            return files.watch(jamesFiles.path(written));
        } catch (IllegalArgumentException e) {
            throw new ConfigurationError(parameters.where() + ": <" + FILE + ">: " + e.getMessage());
        }
    }

    private boolean isBlocked(SMTPSession session) {
        InetAddress client = Client.of(session);
        return !trusted.contains(client) && (networks.contains(client) || fromFile.get().contains(client));
    }

    @Override
    public Response onConnect(SMTPSession session) {
        if (atConnect) {
            SessionControl.of(session, channels).ifPresent(control -> control.whenAddressIsKnown(() -> {
                if (isBlocked(session)) {
                    rejections.end(session, control, rejection(session, "554"));
                }
            }));
        }
        return Silence.RESPONSE;
    }

    @Override
    public HookResult doMail(SMTPSession session, MaybeSender sender) {
        // Also where it is refused at the connection: a network may have been blocked since.
        return isBlocked(session) && (atConnect || session.getUsername() == null)
            ? rejections.refuse(session, rejection(session, "550")) : HookResult.DECLINED;
    }

    private static Rejection rejection(SMTPSession session, String code) {
        return Rejection.of(Rejection.Reason.BLOCKED_NETWORK, code, "5.7.1 Client [" + Client.text(session)
            + "] is blocked here");
    }
}
