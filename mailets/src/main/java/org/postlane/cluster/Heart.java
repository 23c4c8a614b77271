// SPDX-License-Identifier: Apache-2.0
package org.postlane.cluster;

import java.util.concurrent.CompletionStage;

import io.lettuce.core.api.StatefulRedisConnection;

/** What a {@link RedisLink} asks once a second. */
@FunctionalInterface
interface Heart {
    /**
     * Asks; must change something in Redis: one that takes no writes is of no use. By the thread of the link, which also does,
     * when the link is up, what the answer wants done.
     */
    CompletionStage<Runnable> beat(StatefulRedisConnection<String, byte[]> redis);
}
