// SPDX-License-Identifier: Apache-2.0
package org.postlane.pool;

/** A key with a name and a host. */
record FakeKey(String host, String name) implements PoolKey {
    static FakeKey of(String hostAndName) {
        return new FakeKey(hostAndName.split("/")[0], hostAndName);
    }

    @Override
    public String toString() {
        return name;
    }
}
