// SPDX-License-Identifier: Apache-2.0
package org.postlane.report;

/**
 * What became of a recipient, as a report names it (RFC 3464 2.3.3). {@code expanded} is not among these: the wishes of the
 * sender go on to who stands behind an alias or a group (RFC 3461 5.2.7.2, 5.2.7.3).
 * The worst for the sender comes first.
 */
public enum Action {
    /** Given up: refused for good, or after the last attempt. */
    FAILED("failed"),
    /** Not delivered so far; attempts go on. */
    DELAYED("delayed"),
    /** Delivered to a server that makes no reports (RFC 3461 5.2.2). */
    RELAYED("relayed"),
    /** In the recipient's mailbox. */
    DELIVERED("delivered");

    private final String value;

    Action(String value) {
        this.value = value;
    }

    /** As it stands in a report. */
    String value() {
        return value;
    }
}
