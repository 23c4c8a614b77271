// SPDX-License-Identifier: Apache-2.0
package org.postlane.route;

import org.apache.james.dnsservice.api.DNSService;
import org.apache.james.dnsservice.dnsjava.DNSJavaService;
import org.xbill.DNS.Lookup;
import org.xbill.DNS.Name;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

/**
 * Asks again with dnsjava itself, which keeps "no such name" and "no answer" apart. It uses the servers that James was
 * configured with, which James makes dnsjava's default ({@code setAsDNSJavaDefault}, true unless changed).
 */
public final class DnsjavaAbsenceCheck implements AbsenceCheck {
    private static final int[] TYPES = {Type.MX, Type.A, Type.AAAA};

    /** The check that fits a resolver: any other than James' own keeps to what it said. */
    public static AbsenceCheck fittingTo(DNSService dns) {
        return dns instanceof DNSJavaService ? new DnsjavaAbsenceCheck() : domain -> true;
    }

    @Override
    public boolean isCertain(String domain) {
        for (int type : TYPES) {
            int result;
            try {
                // Absolute: the search list of this machine has no say in where mail goes.
                Lookup lookup = new Lookup(Name.fromString(domain, Name.root), type);
                lookup.run();
                result = lookup.getResult();
            } catch (TextParseException e) {
                // Not a name that DNS could ever hold.
                return true;
            }
            if (result == Lookup.HOST_NOT_FOUND) {
                return true;
            }
            if (result != Lookup.TYPE_NOT_FOUND) {
                return false;
            }
        }
        return true;
    }
}
