// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing.corpus;

/** What had to be done to a message because SMTP cannot carry it as it is. */
public enum Adaptation {
    /** Every bare LF and bare CR became CRLF, and the last line got its end (RFC 5321, 2.3.8). */
    LINE_ENDS("line ends made CRLF", "RFC 5321 2.3.8 allows no others, and DATA ends with a line"),

    /** A message whose first line is no header field got From and Date and a blank line in front (RFC 5322, 3.6). */
    HEADER_ADDED("From, Date and a blank line put in front of it",
        "it has no header at all; the first server that adds Received would make its text a header"),

    /** Octets beyond ASCII in the header became question marks (RFC 6531). */
    EIGHT_BIT_HEADER("octets beyond ASCII in its header made question marks",
        "RFC 6531 needs SMTPUTF8 for them, which James 3.8 does not offer; it would make the same of them"),

    /** The Bcc field was taken out (RFC 5322, 3.6.3). */
    BCC_REMOVED("its Bcc field taken out", "RFC 5322 3.6.3 has the sender do that, and James removes what is left"),

    /** Lines were cut so that none has more than 998 octets (RFC 5321, 4.5.3.1.6). */
    LONG_LINES("lines cut after 998 octets, header fields folded at white space",
        "RFC 5321 4.5.3.1.6 guarantees lines of 998 octets and no more");

    private final String what;
    private final String why;

    Adaptation(String what, String why) {
        this.what = what;
        this.why = why;
    }

    /** What was done, as a phrase. */
    public String what() {
        return what;
    }

    /** The reason, as a phrase. */
    public String why() {
        return why;
    }
}
