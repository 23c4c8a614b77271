// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing.dns;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;

import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.MXRecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.PTRRecord;
import org.xbill.DNS.Record;
import org.xbill.DNS.TXTRecord;

/** The records of one name. Not thread-safe: a function that generates them fills it at once. */
public final class NameRecords {
    private final Name name;
    private final long ttl;
    private final List<Record> records = new ArrayList<>();
    private boolean exists;

    NameRecords(Name name, long ttl) {
        this.name = name;
        this.ttl = ttl;
    }

    /** A mail server of this name (RFC 5321 5.1). */
    public NameRecords mx(int preference, String host) {
        return add(new MXRecord(name, DClass.IN, ttl, preference, DnsNames.absolute(host)));
    }

    /** An IPv4 address, written in digits. */
    public NameRecords a(String address) {
        return add(new ARecord(name, DClass.IN, ttl, literal(address)));
    }

    /** An IPv6 address, written in digits. */
    public NameRecords aaaa(String address) {
        return add(new AAAARecord(name, DClass.IN, ttl, literal(address)));
    }

    /** Another name for this one's records. */
    public NameRecords cname(String target) {
        return add(new CNAMERecord(name, DClass.IN, ttl, DnsNames.absolute(target)));
    }

    /** The name that an address has in the reverse tree. */
    public NameRecords ptr(String host) {
        return add(new PTRRecord(name, DClass.IN, ttl, DnsNames.absolute(host)));
    }

    /** A text. */
    public NameRecords txt(String text) {
        return add(new TXTRecord(name, DClass.IN, ttl, text));
    }

    /** The name exists, whether or not it has records: without any, each question finds no data. */
    public NameRecords exists() {
        exists = true;
        return this;
    }

    List<Record> records() {
        return records;
    }

    boolean isKnown() {
        return exists || !records.isEmpty();
    }

    private NameRecords add(Record record) {
        records.add(record);
        return this;
    }

    private static InetAddress literal(String address) {
        if (!address.matches("[0-9.]+|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*")) {
            throw new IllegalArgumentException("Not an address in digits: " + address);
        }
        try {
            return InetAddress.getByName(address);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(address, e);
        }
    }
}
