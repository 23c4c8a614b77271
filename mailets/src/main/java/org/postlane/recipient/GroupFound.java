// SPDX-License-Identifier: Apache-2.0
package org.postlane.recipient;

import java.util.List;

/** What an address is, and its members where it is a group. Immutable. */
public final class GroupFound {
    private final Classification classification;
    private final boolean group;
    private final List<String> members;
    private final boolean complete;

    GroupFound(Classification classification, GroupMembers found) {
        this.classification = classification;
        this.group = found.isGroup();
        this.members = found.members();
        this.complete = found.isComplete();
    }

    /** What the address is to this server. */
    public Classification classification() {
        return classification;
    }

    /** Whether it is a group, or an alias of one. */
    public boolean isGroup() {
        return group;
    }

    /** The addresses of those who get its mail, each once; groups within it are resolved. */
    public List<String> members() {
        return members;
    }

    /** Whether these are all; otherwise members and groups within are more than {@link GroupMembers#MAX_MEMBERS}. */
    public boolean isComplete() {
        return complete;
    }
}
