// SPDX-License-Identifier: Apache-2.0
package org.postlane.pool;

/**
 * Says which connections may stand in for each other. Two keys are equal only if a connection opened for one may be used for the
 * other: everything that makes a session different belongs into {@code equals} and {@code hashCode}. Immutable. Its
 * {@code toString} goes into logs and messages and must hold no secret.
 */
public interface PoolKey {
    /**
     * The unit that the limit per host counts: what the peer sees as one client's connections, usually address and port.
     * Many keys may share a host; equal keys have equal hosts. Immutable, with {@code equals} and {@code hashCode}.
     */
    Object host();
}
