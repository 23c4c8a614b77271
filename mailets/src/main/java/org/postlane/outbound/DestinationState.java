// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound;

/** How a destination stands, as an administrator sees it. */
public enum DestinationState {
    /** It gets mail as its concurrency and its rates allow. */
    READY,
    /** It failed as a whole and is left alone until its penalty ends. */
    PENALISED,
    /** Its penalty has ended and one mail finds out whether it works again. */
    PROBING,
    /** An administrator has stopped it: its mail waits. */
    SUSPENDED,
    /** An administrator has given it up: its mail is returned to the senders. */
    BOUNCING
}
