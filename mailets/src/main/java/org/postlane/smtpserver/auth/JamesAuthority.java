// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.auth;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

import org.apache.james.core.Username;
import org.apache.james.mailbox.Authorizator;
import org.apache.james.protocols.smtp.SMTPSession;
import org.apache.james.protocols.smtp.hook.AuthHook;
import org.apache.james.protocols.smtp.hook.HookResult;
import org.apache.james.protocols.smtp.hook.HookReturnCode.Action;
import org.postlane.credential.Passwords;

/** What James says for one session: its hooks in their order, at last its users. */
final class JamesAuthority implements Authority {
    /** A hook that cannot tell at the moment. */
    private static final class HookUndecided extends Exception {
        private static final long serialVersionUID = 1L;

        private HookUndecided(AuthHook hook) {
            super(hook.getClass().getName() + " asks to try again later");
        }
    }

    private final SMTPSession session;
    private final List<AuthHook> hooks;
    private final Passwords passwords;
    private final Authorizator authorizator;

    /** @param hooks without James' own, which asks its users */
    JamesAuthority(SMTPSession session, List<AuthHook> hooks, Passwords passwords, Authorizator authorizator) {
        this.session = session;
        this.hooks = hooks;
        this.passwords = passwords;
        this.authorizator = authorizator;
    }

    @Override
    public CompletableFuture<Optional<Username>> verify(Username user, String password) {
        if (hooks.isEmpty()) {
            return askUsers(user, password);
        }
        return passwords.run(() -> askHooks(user, password))
            .thenCompose(answer -> answer.<CompletableFuture<Optional<Username>>>map(CompletableFuture::completedFuture)
                .orElseGet(() -> askUsers(user, password)));
    }

    private CompletableFuture<Optional<Username>> askUsers(Username user, String password) {
        return passwords.verify(user, password).thenApply(isRight -> isRight ? Optional.of(user) : Optional.empty());
    }

    /** Empty where no hook has an opinion. Lines of the session wait meanwhile, so that nobody else uses it. */
    private Optional<Optional<Username>> askHooks(Username user, String password) throws HookUndecided {
        boolean mayRelay = session.isRelayingAllowed();
        for (AuthHook hook : hooks) {
            HookResult result = hook.doAuth(session, user, password);
            Optional<Username> named = Optional.ofNullable(session.getUsername());
            // A hook logs the session in by itself; whether it may be is not settled before the client's wish to be another is.
            session.setUsername(null);
            session.setRelayingAllowed(mayRelay);
            Action action = result == null ? Action.DECLINED : result.getResult().getAction();
            if (action == Action.OK) {
                return Optional.of(Optional.of(named.orElse(user)));
            }
            if (action == Action.DENY) {
                return Optional.of(Optional.empty());
            }
            if (action == Action.DENYSOFT) {
                throw new HookUndecided(hook);
            }
        }
        return Optional.empty();
    }

    @Override
    public CompletableFuture<Boolean> mayActAs(Username user, Username other) {
        return passwords.run(() ->
            authorizator.canLoginAsOtherUser(user, other) == Authorizator.AuthorizationState.ALLOWED);
    }
}
