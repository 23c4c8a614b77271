// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

import com.google.common.net.InetAddresses;
import org.postlane.james.Parameters;

/** Networks of IPv4 and IPv6 (CIDR); to look one up takes as long for a hundred thousand as for ten. Immutable. */
public final class Networks {
    /** What {@link #read} reads. */
    public static final String EXPECTED =
        "networks and addresses such as 192.0.2.0/24, 2001:db8::/32 or 192.0.2.1, separated by commas, or none";
    /** The key by which handlers name whom they let pass. */
    public static final String TRUSTED = "trustedNetworks";

    /** No network. */
    public static final Networks NONE = of(List.of());
    /** This machine. */
    public static final Networks LOOPBACK = of(List.of("127.0.0.0/8", "::1"));
    /** This machine, and what no name server of the world knows (RFC 1918, RFC 3927, RFC 4193, RFC 4291 2.5.6). */
    public static final Networks PRIVATE = of(List.of("127.0.0.0/8", "::1", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16",
        "169.254.0.0/16", "fc00::/7", "fe80::/10"));

    private static final int MAPPED_BITS = 96;

    /** By octets of an address and length of the prefix. */
    private final Map<Integer, Map<Integer, Set<ByteBuffer>>> families = new HashMap<>();
    private int size;

    private Networks() {
    }

    /**
     * These.
     *
     * @throws IllegalArgumentException whose message names the entry and what was expected
     */
    public static Networks of(Collection<String> entries) {
        Networks networks = new Networks();
        entries.forEach(networks::add);
        return networks;
    }

    /** What an administrator has written under a key, separated by commas or white space. */
    public static Networks read(Parameters parameters, String key, Networks absent) {
        return parameters.text(key, EXPECTED).map(text -> {
            if (text.equalsIgnoreCase("none")) {
                return NONE;
            }
            try {
                List<String> entries = new ArrayList<>();
                for (String entry : text.split("[,\\s]+")) {
                    if (!entry.isEmpty()) {
                        entries.add(entry);
                    }
                }
                return of(entries);
            } catch (IllegalArgumentException e) {
                throw parameters.error(key, EXPECTED + "; " + e.getMessage());
            }
        }).orElse(absent);
    }

    private void add(String entry) {
        int slash = entry.indexOf('/');
        String address = slash < 0 ? entry : entry.substring(0, slash);
        if (!InetAddresses.isInetAddress(address)) {
            throw new IllegalArgumentException("\"" + entry + "\" is none");
        }
        byte[] octets = InetAddresses.forString(address).getAddress();
        int prefix = slash < 0 ? octets.length * Byte.SIZE : prefix(entry, entry.substring(slash + 1));
        if (slash >= 0 && octets.length == 4 && address.indexOf(':') >= 0) {
            // An IPv4 address in IPv6 clothes (RFC 4291 2.5.5.2), which is how Java takes it off.
            prefix -= MAPPED_BITS;
        }
        if (prefix < 0 || prefix > octets.length * Byte.SIZE) {
            throw new IllegalArgumentException("\"" + entry + "\" has no such prefix");
        }
        byte[] masked = masked(octets, prefix);
        if (!ByteBuffer.wrap(masked).equals(ByteBuffer.wrap(octets))) {
            throw new IllegalArgumentException("\"" + entry + "\" has digits behind its prefix");
        }
        boolean isNew = families.computeIfAbsent(octets.length, any -> new HashMap<>())
            .computeIfAbsent(prefix, any -> new HashSet<>()).add(ByteBuffer.wrap(masked));
        size += isNew ? 1 : 0;
    }

    private static int prefix(String entry, String digits) {
        if (!digits.matches("\\d{1,3}")) {
            throw new IllegalArgumentException("\"" + entry + "\" has no such prefix");
        }
        return Integer.parseInt(digits);
    }

    /** An address with all bits 0 behind the first so many. */
    static byte[] masked(byte[] octets, int bits) {
        byte[] masked = octets.clone();
        for (int i = 0; i < masked.length; i++) {
            int kept = Math.max(0, Math.min(Byte.SIZE, bits - i * Byte.SIZE));
            masked[i] &= (byte) (0xff << (Byte.SIZE - kept));
        }
        return masked;
    }

    /** Whether the address is in one of them. */
    public boolean contains(InetAddress address) {
        byte[] octets = address.getAddress();
        return families.getOrDefault(octets.length, Map.of()).entrySet().stream()
            .anyMatch(length -> length.getValue().contains(ByteBuffer.wrap(masked(octets, length.getKey()))));
    }

    /** How many. */
    public int size() {
        return size;
    }

    /** As an administrator would write them, IPv4 first and then by length of the prefix. */
    @Override
    public String toString() {
        return new TreeMap<>(families).values().stream().flatMap(lengths -> new TreeMap<>(lengths).entrySet().stream())
            .flatMap(length -> length.getValue().stream().sorted().map(octets -> text(octets, length.getKey())))
            .collect(Collectors.joining(", "));
    }

    private static String text(ByteBuffer network, int prefix) {
        byte[] octets = new byte[network.remaining()];
        network.duplicate().get(octets);
        return Client.network(octets, prefix);
    }
}
