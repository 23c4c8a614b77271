// SPDX-License-Identifier: Apache-2.0
package org.postlane.pool;

/** The pool is closed, or was closed while the caller waited. */
public final class PoolClosedException extends PoolException {
    private static final long serialVersionUID = 1L;

    PoolClosedException() {
        super("The pool is closed");
    }
}
