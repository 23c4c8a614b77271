// SPDX-License-Identifier: Apache-2.0
package org.postlane.report;

/** The sizes of reports: each bounds what a stranger can make us build and send. */
public final class ReportLimits {
    /**
     * The largest message that is returned in full, in octets; of a larger one its header is. Exim's
     * {@code bounce_return_size_limit}; and what James keeps in memory anyway. RFC 3461 4.3 allows it even for RET=FULL.
     */
    public static final int RETURNED_OCTETS = 100 * 1024;

    /** Recipients in one report; more of them make several. 1000 with the longest diagnostics are 5 MB. */
    public static final int RECIPIENTS = 1000;

    /** Of one reply, in characters. A reply of eight lines as long as RFC 5321 4.5.3.1.5 allows them. */
    static final int DIAGNOSTIC = 4096;

    /** In a line of the report (RFC 5322 2.1.1 recommends it), the line end not counted. */
    static final int LINE = 78;

    /** Between two spaces of a text. A line may have 998 (RFC 5322 2.1.1), the name of the field included. */
    static final int WORD = 900;

    private ReportLimits() {
    }
}
