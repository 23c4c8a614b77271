// SPDX-License-Identifier: Apache-2.0
package org.postlane.credential;

import java.time.Instant;
import java.util.Optional;

import org.apache.james.user.api.model.User;

/** Credentials that are known beforehand. */
public final class Examples {
    private Examples() {
    }

    /** Has the store keep these of the user's password, as if they had been derived now. */
    public static void put(CredentialStore store, User user, ScramKeys keys) throws Exception {
        store.put(new Credential(user.getUserName(), keys, Optional.empty(),
            StoredPassword.of(user).map(store::fingerprint), Instant.now())).get();
    }
}
