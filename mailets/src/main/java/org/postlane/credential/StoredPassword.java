// SPDX-License-Identifier: Apache-2.0
package org.postlane.credential;

import java.lang.reflect.Field;
import java.util.Optional;

import org.apache.james.user.api.model.User;
import org.apache.james.user.lib.model.DefaultUser;

/** What James stores of a user's password. It changes when the password does, whoever changes it, and on every node. */
final class StoredPassword {
    private static final String JPA_USER = "org.apache.james.user.jpa.model.JPAUser";
    private static final String JPA_FIELD = "password";

    private StoredPassword() {
    }

    /** As James stores it, hashed; empty where James cannot read it either, as with LDAP. */
    static Optional<String> of(User user) {
        if (user instanceof DefaultUser) {
            DefaultUser shown = (DefaultUser) user;
            return Optional.of(shown.getHashAlgorithm().asString() + " " + shown.getHashedPassword());
        }
        return user.getClass().getName().equals(JPA_USER) ? fieldOf(user) : Optional.empty();
    }

    /** The one repository whose users do not show it by a method. */
    private static Optional<String> fieldOf(User user) {
        try {
            Field field = user.getClass().getDeclaredField(JPA_FIELD);
            field.setAccessible(true);
            return Optional.ofNullable(field.get(user)).map(Object::toString);
        } catch (ReflectiveOperationException | RuntimeException e) {
            return Optional.empty();
        }
    }
}
