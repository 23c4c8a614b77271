// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

/** Whose fault a failure is. Only the fault of a host is held against the host. */
public enum Fault {
    /** The content or its size: another host would refuse it too. */
    MESSAGE,
    /** One recipient; the others are not concerned. */
    RECIPIENT,
    /** This connection: it broke or lost its sync. The next one may do. */
    SESSION,
    /** The host: it does not answer, or says that it cannot serve now. */
    HOST,
    /** Our own rules or the peer's: TLS or AUTH that was required and is not to be had. */
    POLICY
}
