// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import java.util.concurrent.CompletableFuture;

/** What else was on its way when the content of a transaction left. */
interface Surroundings {
    /** Whether answers were outstanding before the content, or commands went out behind it. */
    boolean isAtRisk();

    /** Whether commands went out behind the content. */
    boolean isFollowed();

    /** Whether the answers behind the content are in their places; completes when that is known. */
    CompletableFuture<Boolean> areInStep();
}
