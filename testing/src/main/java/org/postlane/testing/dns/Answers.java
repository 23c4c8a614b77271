// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing.dns;

import java.util.Optional;

import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.NSRecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;

/** Makes the octets of an answer. Thread-safe. */
final class Answers {
    /** Without EDNS, RFC 1035 4.2.1. */
    private static final int UDP_OCTETS = 512;
    private static final int TCP_OCTETS = 65_535;
    private static final long DAY = 86_400;

    private final Zones zones;
    private final Faults faults;
    private volatile long generatedTtl = 300;
    private volatile long negativeTtl = 300;

    Answers(Zones zones, Faults faults) {
        this.zones = zones;
        this.faults = faults;
    }

    void generatedTtl(long seconds) {
        generatedTtl = seconds;
    }

    void negativeTtl(long seconds) {
        negativeTtl = seconds;
    }

    /** The answer; empty for silence. */
    Optional<byte[]> to(Message query, boolean tcp) {
        DnsFault fault = faults.of(query.getQuestion()).orElse(null);
        if (fault == null) {
            return wire(query, right(query), tcp);
        }
        return switch (fault) {
            case NXDOMAIN -> wire(query, withSoa(query, coded(query, Rcode.NXDOMAIN)), tcp);
            case NXDOMAIN_WITHOUT_SOA -> wire(query, coded(query, Rcode.NXDOMAIN), tcp);
            case SERVFAIL -> wire(query, coded(query, Rcode.SERVFAIL), tcp);
            case REFUSED -> wire(query, coded(query, Rcode.REFUSED), tcp);
            case LAME -> wire(query, lame(query), tcp);
            case SILENCE -> Optional.empty();
            case TRUNCATED -> wire(query, tcp ? right(query) : truncated(query), tcp);
            case TRUNCATED_WITHOUT_TCP -> tcp ? Optional.empty() : wire(query, truncated(query), false);
            case GARBAGE -> Optional.of(garbage(query));
            case WRONG_ID -> wire(query, underAnotherId(right(query)), tcp);
        };
    }

    private Message right(Message query) {
        Record question = query.getQuestion();
        Zones.Found found = zones.find(question.getName(), question.getType(), generatedTtl);
        Message answer = coded(query, found.nameExists() ? Rcode.NOERROR : Rcode.NXDOMAIN);
        found.records().forEach(each -> answer.addRecord(each, Section.ANSWER));
        boolean negative = found.records().stream().noneMatch(each -> each.getType() == question.getType());
        return negative ? withSoa(query, answer) : answer;
    }

    private static Message coded(Message query, int code) {
        Message answer = new Message(query.getHeader().getID());
        answer.getHeader().setFlag(Flags.QR);
        answer.getHeader().setFlag(Flags.AA);
        // A client that asks for recursion takes this server for its resolver.
        if (query.getHeader().getFlag(Flags.RD)) {
            answer.getHeader().setFlag(Flags.RD);
            answer.getHeader().setFlag(Flags.RA);
        }
        answer.getHeader().setRcode(code);
        answer.addRecord(query.getQuestion(), Section.QUESTION);
        if (query.getOPT() != null) {
            answer.addRecord(new OPTRecord(TCP_OCTETS, 0, 0), Section.ADDITIONAL);
        }
        return answer;
    }

    private Message withSoa(Message query, Message answer) {
        Name zone = zoneOf(query.getQuestion().getName());
        answer.addRecord(new SOARecord(zone, DClass.IN, negativeTtl, DnsNames.absolute("ns." + zone),
            DnsNames.absolute("hostmaster." + zone), 1, DAY, DAY, DAY, negativeTtl), Section.AUTHORITY);
        return answer;
    }

    private static Message lame(Message query) {
        Message answer = coded(query, Rcode.NOERROR);
        answer.getHeader().unsetFlag(Flags.AA);
        answer.addRecord(new NSRecord(Name.root, DClass.IN, DAY, DnsNames.absolute("a.root.test")), Section.AUTHORITY);
        return answer;
    }

    private static Message truncated(Message query) {
        Message answer = coded(query, Rcode.NOERROR);
        answer.getHeader().setFlag(Flags.TC);
        return answer;
    }

    private static Message underAnotherId(Message answer) {
        answer.getHeader().setID((answer.getHeader().getID() + 1) & 0xffff);
        return answer;
    }

    private static byte[] garbage(Message query) {
        // A whole header of an answer, with counts that nothing follows.
        byte[] octets = coded(query, Rcode.NOERROR).toWire();
        for (int i = 4; i < octets.length; i++) {
            octets[i] = (byte) 0xff;
        }
        return octets;
    }

    /** The last two labels: good enough for domains of tests. */
    private static Name zoneOf(Name name) {
        return name.labels() <= 3 ? name : new Name(name, name.labels() - 3);
    }

    private static Optional<byte[]> wire(Message query, Message answer, boolean tcp) {
        OPTRecord edns = query.getOPT();
        int udp = edns == null ? UDP_OCTETS : Math.max(UDP_OCTETS, edns.getPayloadSize());
        return Optional.of(answer.toWire(tcp ? TCP_OCTETS : udp));
    }
}
