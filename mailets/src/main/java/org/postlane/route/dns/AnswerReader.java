// SPDX-License-Identifier: Apache-2.0
package org.postlane.route.dns;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** What a DNS message says to a question, along the aliases (CNAME) that it holds (RFC 1034 3.6.2, RFC 2308 2). */
final class AnswerReader {
    private final Message message;
    private final int type;
    private final Set<Name> seen = new HashSet<>();
    private Name name;
    private long ttl = Long.MAX_VALUE;
    private DnsAnswer<Record> answer;

    private AnswerReader(Message message, Name name, int type) {
        this.message = message;
        this.name = name;
        this.type = type;
    }

    static AnswerReader read(Message message, Name name, int type) {
        AnswerReader reader = new AnswerReader(message, name, type);
        reader.answer = reader.read();
        return reader;
    }

    /** The answer; null where the message ends with an alias whose own records have still to be asked for. */
    DnsAnswer<Record> answer() {
        return answer;
    }

    /** The name that the last alias leads to; the one that was asked for where there was no alias. */
    Name name() {
        return name;
    }

    /** For how long the aliases on the way hold. */
    Duration aliasTtl() {
        return Duration.ofSeconds(ttl);
    }

    private DnsAnswer<Record> read() {
        int code = message.getRcode();
        if (code != Rcode.NOERROR && code != Rcode.NXDOMAIN) {
            return DnsAnswer.failed("a name server says " + Rcode.string(code));
        }
        Name asked = name;
        while (seen.add(name)) {
            List<Record> found = recordsOf(type);
            if (!found.isEmpty()) {
                return DnsAnswer.found(found, Duration.ofSeconds(ttl));
            }
            List<Record> alias = recordsOf(Type.CNAME);
            if (alias.isEmpty()) {
                return nothing(code, !name.equals(asked));
            }
            name = ((CNAMERecord) alias.get(0)).getTarget();
        }
        return DnsAnswer.failed("the aliases of " + asked.toString(true) + " go in a circle");
    }

    private List<Record> recordsOf(int wanted) {
        List<Record> found = new ArrayList<>();
        for (Record record : message.getSection(Section.ANSWER)) {
            if (record.getType() == wanted && record.getName().equals(name)) {
                found.add(record);
                ttl = Math.min(ttl, record.getTTL());
            }
        }
        return found;
    }

    private DnsAnswer<Record> nothing(int code, boolean afterAlias) {
        Duration absence = Duration.ofSeconds(Math.min(ttl, absenceTtl()));
        if (code == Rcode.NXDOMAIN) {
            return DnsAnswer.nothing(DnsAnswer.Kind.NO_SUCH_NAME, absence);
        }
        boolean hasSoa = hasInAuthority(message, Type.SOA);
        if (!hasSoa && afterAlias) {
            return null;
        }
        if (isReferral(message)) {
            return DnsAnswer.failed("a name server refers to others");
        }
        return DnsAnswer.nothing(hasSoa || message.getHeader().getFlag(Flags.AA)
            ? DnsAnswer.Kind.NO_RECORDS : DnsAnswer.Kind.UNPROVEN, absence);
    }

    /** Whether the server does not know itself, and whoever was to ask further did not. */
    static boolean isReferral(Message message) {
        return message.getRcode() == Rcode.NOERROR && message.getSection(Section.ANSWER).isEmpty()
            && hasInAuthority(message, Type.NS) && !hasInAuthority(message, Type.SOA);
    }

    private static boolean hasInAuthority(Message message, int type) {
        return message.getSection(Section.AUTHORITY).stream().anyMatch(record -> record.getType() == type);
    }

    /** RFC 2308 5; what comes without the record of its zone is not to be remembered. */
    private long absenceTtl() {
        return message.getSection(Section.AUTHORITY).stream()
            .filter(record -> record.getType() == Type.SOA)
            .mapToLong(record -> Math.min(record.getTTL(), ((SOARecord) record).getMinimum()))
            .min().orElse(0);
    }
}
