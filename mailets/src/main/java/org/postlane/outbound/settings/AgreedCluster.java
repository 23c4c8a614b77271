// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.settings;

import java.util.Optional;

import org.postlane.cluster.RedisAddress;
import org.postlane.cluster.SharedLimits;
import org.postlane.james.ConfigurationError;
import org.postlane.james.Parameters;

/** What the elements of a James say about the cluster that it belongs to. Immutable. No message shows the password of Redis. */
public final class AgreedCluster {
    /** Where limits are shared with other nodes. */
    public static final String SHARED_LIMITS = "sharedLimits";
    /** How many nodes there are. */
    public static final String NODES = "nodes";
    /** There are no other nodes. */
    public static final String NONE = "none";

    /** Nobody has said anything. */
    static final AgreedCluster UNWRITTEN = new AgreedCluster(Agreement.aboutSecret(SHARED_LIMITS), Agreement.about(NODES));

    private static final String EXPECTED = NONE + ", or the URL of a Redis that all nodes use: " + RedisAddress.EXPECTED;

    private final Agreement<Optional<RedisAddress>> redis;
    private final Agreement<Integer> nodes;

    private AgreedCluster(Agreement<Optional<RedisAddress>> redis, Agreement<Integer> nodes) {
        this.redis = redis;
        this.nodes = nodes;
    }

    /**
     * With what one more element writes.
     *
     * @throws ConfigurationError for a value that does not fit, or that differs from what another element wrote
     */
    AgreedCluster and(Parameters parameters) {
        int written = parameters.wholeNumber(NODES, 0, 1, SharedLimits.MOST_NODES);
        return new AgreedCluster(redis.and(parameters, address(parameters)),
            nodes.and(parameters, written == 0 ? Optional.empty() : Optional.of(written)));
    }

    private static Optional<Optional<RedisAddress>> address(Parameters parameters) {
        Optional<String> text = parameters.text(SHARED_LIMITS, EXPECTED);
        return text.isEmpty() ? Optional.empty() : Optional.of(address(parameters, text.get()));
    }

    private static Optional<RedisAddress> address(Parameters parameters, String text) {
        try {
            return text.equals(NONE) ? Optional.empty() : Optional.of(RedisAddress.parse(text));
        } catch (IllegalArgumentException e) {
            throw parameters.errorAboutSecret(SHARED_LIMITS, EXPECTED);
        }
    }

    /** Where limits are shared; empty where they are this James' own. */
    public Optional<RedisAddress> redis() {
        return redis.or(Optional.empty());
    }

    /** How many nodes there are. */
    public int nodes() {
        return nodes.or(SharedLimits.DEFAULT_NODES);
    }
}
