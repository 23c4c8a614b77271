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

    /** Empty where no hook has an opinion. */
    private Optional<Optional<Username>> askHooks(Username user, String password) throws HookUndecided {
        for (AuthHook hook : hooks) {
            HookSession shown = new HookSession(session);
            HookResult result = hook.doAuth(shown.asSession(), user, password);
            Action action = result == null ? Action.DECLINED : result.getResult().getAction();
            if (action == Action.OK) {
                return Optional.of(Optional.of(shown.user().orElse(user)));
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
