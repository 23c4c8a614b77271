// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.auth;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.apache.james.core.Username;
import org.apache.james.user.api.UsersRepository;
import org.apache.james.user.api.model.User;
import org.apache.james.user.lib.model.DefaultUser;

/** James' users in memory, which can fail, stall, or hide what they store, as LDAP does. */
final class SwitchableUsers {
    interface Hindrance {
        void run() throws Exception;
    }

    final Set<String> askedOn = ConcurrentHashMap.newKeySet();
    volatile Hindrance before = () -> { };
    volatile boolean hidesPasswords;
    volatile Runnable onVerify = () -> { };
    private final UsersRepository users;

    SwitchableUsers(UsersRepository users) {
        this.users = users;
    }

    UsersRepository repository() {
        return (UsersRepository) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {UsersRepository.class},
            (proxy, method, arguments) -> {
                askedOn.add(Thread.currentThread().getName());
                before.run();
                try {
                    Object result = method.invoke(users, arguments);
                    return result instanceof User user && hidesPasswords ? new Hidden(user)
                        : result instanceof DefaultUser user ? new Watched(user) : result;
                } catch (InvocationTargetException e) {
                    throw e.getCause();
                }
            });
    }

    /** As James has it, and counts. */
    private final class Watched extends DefaultUser {
        private static final long serialVersionUID = 1L;

        private Watched(DefaultUser user) {
            super(user.getUserName(), user.getHashedPassword(), user.getHashAlgorithm(), user.getHashAlgorithm());
        }

        @Override
        public boolean verifyPassword(String password) {
            onVerify.run();
            return super.verifyPassword(password);
        }
    }

    private record Hidden(User user) implements User {
        @Override
        public Username getUserName() {
            return user.getUserName();
        }

        @Override
        public boolean verifyPassword(String password) {
            return user.verifyPassword(password);
        }

        @Override
        public boolean setPassword(String password) {
            return user.setPassword(password);
        }
    }
}
