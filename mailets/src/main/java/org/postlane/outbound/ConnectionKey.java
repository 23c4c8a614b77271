// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound;

import org.postlane.pool.PoolKey;
import org.postlane.smtp.SessionSettings;

/** What may share a connection: sessions with equal settings. What shares the cap of a host: the address and port. */
final class ConnectionKey implements PoolKey {
    private final SessionSettings settings;

    ConnectionKey(SessionSettings settings) {
        this.settings = settings;
    }

    SessionSettings settings() {
        return settings;
    }

    @Override
    public Object host() {
        return settings.address();
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof ConnectionKey && settings.equals(((ConnectionKey) o).settings);
    }

    @Override
    public int hashCode() {
        return settings.hashCode();
    }

    @Override
    public String toString() {
        return settings.toString();
    }
}
