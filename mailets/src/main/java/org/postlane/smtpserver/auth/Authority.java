// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.auth;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;

import org.apache.james.core.Username;

/** Who decides, on threads of its own. What it returns fails where it cannot tell at the moment. */
interface Authority {
    /** The user whom these let in; empty for a wrong password and for nobody. */
    CompletableFuture<Optional<Username>> verify(Username user, String password);

    /** Whether a user who has proven who he is may act as this one (RFC 4422 3.4.1). */
    CompletableFuture<Boolean> mayActAs(Username user, Username other);

    /** What a user who has proven who he is gets, who may want to act as somebody else. */
    default CompletableFuture<Step> decide(Username user, Optional<Username> wanted) {
        return wanted.isEmpty() || wanted.get().equals(user) ? Step.success(user).now()
            : mayActAs(user, wanted.get()).thenApply(may -> may ? Step.success(wanted.get()) : Step.failure());
    }
}
