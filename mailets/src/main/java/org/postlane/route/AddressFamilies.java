// SPDX-License-Identifier: Apache-2.0
package org.postlane.route;

import java.net.Inet4Address;
import java.net.InetAddress;

/** Which kinds of address hosts are connected to at. */
public enum AddressFamilies {
    /** Both, as far as this machine has an address of that kind to connect from. */
    ANY,
    /** IPv4 only. */
    IPV4,
    /** IPv6 only. */
    IPV6;

    /** Whether addresses of this kind are among them. */
    boolean allow(InetAddress address) {
        return this == ANY || (this == IPV4) == (address instanceof Inet4Address);
    }
}
