// SPDX-License-Identifier: Apache-2.0
package org.postlane.pool;

/**
 * The caller waited behind the opening of a connection that it could have used too, to a host with no other in good order, and
 * that opening had no outcome for as long as the caller was ready to wait, or until {@link Pool#cutShort}. Not a
 * {@link PoolException}: the host is at fault, as if the caller's own opening had taken too long.
 */
public final class OpeningStalledException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    OpeningStalledException(String message) {
        super(message);
    }
}
