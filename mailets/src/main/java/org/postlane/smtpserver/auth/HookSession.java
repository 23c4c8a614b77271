// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.auth;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Optional;

import org.apache.james.core.Username;
import org.apache.james.protocols.smtp.SMTPSession;

/**
 * A session as an {@code AuthHook} is shown it. Hooks log sessions in by themselves; here that stays with the hook. Whether the
 * login counts is not settled before the client's wish to be somebody else is, and a hook that comes back late, when the client
 * was told to try again, must not log anybody in or out. For one hook.
 */
final class HookSession implements InvocationHandler {
    private final SMTPSession session;
    private Username user;
    private boolean mayRelay;

    HookSession(SMTPSession session) {
        this.session = session;
        this.mayRelay = session.isRelayingAllowed();
    }

    SMTPSession asSession() {
        return (SMTPSession) Proxy.newProxyInstance(SMTPSession.class.getClassLoader(), new Class<?>[] {SMTPSession.class}, this);
    }

    /** Whom the hook has logged in. */
    Optional<Username> user() {
        return Optional.ofNullable(user);
    }

    @Override
    public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
        switch (method.getName()) {
            case "getUsername":
                return user;
            case "setUsername":
                user = (Username) arguments[0];
                return null;
            case "isRelayingAllowed":
                return mayRelay;
            case "setRelayingAllowed":
                mayRelay = (Boolean) arguments[0];
                return null;
            default:
                try {
                    return method.invoke(session, arguments);
                } catch (InvocationTargetException e) {
                    throw e.getCause();
                }
        }
    }
}
