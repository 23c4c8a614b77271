// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import java.util.concurrent.CompletableFuture;

/** What else was on its way when the content of a transaction left. */
interface Surroundings {
    /** Whether answers were outstanding before the content. */
    boolean isAhead();

    /** Whether commands went out behind the content. */
    boolean isFollowed();

    /** Either of them: answers that are not in their places could be mistaken for the one to the content. */
    default boolean isAtRisk() {
        return isAhead() || isFollowed();
    }

    /** Whether there is a use in knowing what good answers look like here. */
    boolean mayLearn();

    /** Whether the answers behind the content are in their places; completes when that is known. */
    CompletableFuture<Boolean> areInStep();
}
