// SPDX-License-Identifier: Apache-2.0
package org.postlane.it;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import javax.inject.Named;
import javax.inject.Singleton;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import org.apache.james.core.Username;
import org.apache.james.mailbox.MailboxManager;

/** Lets each user log in to James' mailboxes as {@code nick.<name>} too, as a directory may that knows users by several names. */
final class Nicknames extends AbstractModule {
    private static final String NICK = "nick.";

    @Provides
    @Singleton
    @Named("mailboxmanager")
    MailboxManager around(MailboxManager james) {
        return (MailboxManager) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {MailboxManager.class},
            (proxy, method, arguments) -> {
                try {
                    if (method.getName().equals("authenticate") && arguments[0].toString().contains(NICK)) {
                        arguments[0] = Username.of(((Username) arguments[0]).asString().replace(NICK, ""));
                    }
                    return method.invoke(james, arguments);
                } catch (InvocationTargetException e) {
                    throw e.getCause();
                }
            });
    }
}
