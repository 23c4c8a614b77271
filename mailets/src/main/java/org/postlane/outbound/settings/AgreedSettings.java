// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.settings;

import org.postlane.james.ConfigurationError;
import org.postlane.james.Parameters;
import org.postlane.pool.PoolLimits;

/**
 * What a James has once, and what any of its elements may write: the limits of the pool, the journal, and the cluster. A value
 * written twice and differently is refused, with both places, because only one could hold: at the start and by a reload alike.
 *
 * <p>Immutable: an element is added as a whole or, where it is refused, not at all.
 */
public final class AgreedSettings {
    /** Nobody has said anything. */
    public static final AgreedSettings NONE = new AgreedSettings(AgreedLimits.NONE, AgreedJournal.UNWRITTEN,
        AgreedCluster.UNWRITTEN);

    private final AgreedLimits limits;
    private final AgreedJournal journal;
    private final AgreedCluster cluster;

    private AgreedSettings(AgreedLimits limits, AgreedJournal journal, AgreedCluster cluster) {
        this.limits = limits;
        this.journal = journal;
        this.cluster = cluster;
    }

    /**
     * With what one more element writes.
     *
     * @throws ConfigurationError for a value that does not fit, or that differs from what another element wrote
     */
    public AgreedSettings and(Parameters parameters) {
        return new AgreedSettings(limits.and(parameters), journal.and(parameters), cluster.and(parameters));
    }

    /** The same, with the limits of others that are not among these. */
    public AgreedSettings orLimitsOf(AgreedSettings others) {
        return new AgreedSettings(limits.orElse(others.limits), journal, cluster);
    }

    /** The same, without the limits that are among those of others. */
    public AgreedSettings unlessLimitsOf(AgreedSettings others) {
        return new AgreedSettings(limits.unless(others.limits), journal, cluster);
    }

    /** The same, with the limits of another file. */
    public AgreedSettings withLimitsOf(AgreedSettings other) {
        return new AgreedSettings(other.limits, journal, cluster);
    }

    /** The limits of the pool, with the defaults for what nobody wrote. */
    public PoolLimits limits() {
        return limits.limits();
    }

    /** What is said about the cluster. */
    public AgreedCluster cluster() {
        return cluster;
    }

    /** What is said about the journal. */
    public AgreedJournal journal() {
        return journal;
    }
}
