// SPDX-License-Identifier: Apache-2.0
package org.postlane.recipient;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

import org.apache.james.core.MailAddress;
import org.apache.james.rrt.api.RecipientRewriteTable;
import org.apache.james.rrt.api.RecipientRewriteTableException;
import org.apache.james.rrt.lib.Mapping;
import org.apache.james.rrt.lib.MappingSource;

/**
 * Resolves a group of James' rewrite table. Groups and aliases within it are followed, each once, so that a circle ends;
 * forwards are the members' own affair. For one search; not safe for use by several threads.
 */
final class GroupMembers {
    /** What a reply can list within reason, and the directory be asked within the time that a client waits. */
    static final int MAX_MEMBERS = 1_000;

    private final RecipientRewriteTable table;
    private final Set<MailAddress> seen = new HashSet<>();
    private final Set<String> members = new TreeSet<>();
    private boolean group;
    private boolean complete = true;

    GroupMembers(RecipientRewriteTable table) {
        this.table = table;
    }

    GroupMembers of(MailAddress address) throws RecipientRewriteTableException {
        Deque<MailAddress> open = new ArrayDeque<>();
        seen.add(address);
        open.add(address);
        while (!open.isEmpty()) {
            MailAddress next = open.poll();
            List<MailAddress> inside = inside(next);
            if (inside.isEmpty()) {
                members.add(next.asString());
            }
            for (MailAddress target : inside) {
                if (seen.size() > MAX_MEMBERS) {
                    complete = false;
                    return this;
                }
                if (seen.add(target)) {
                    open.add(target);
                }
            }
        }
        return this;
    }

    private List<MailAddress> inside(MailAddress address) throws RecipientRewriteTableException {
        List<Mapping> mappings = table.getStoredMappings(MappingSource.fromMailAddress(address)).asStream()
            .filter(mapping -> mapping.getType() == Mapping.Type.Group || mapping.getType() == Mapping.Type.Alias)
            .collect(Collectors.toList());
        group |= mappings.stream().anyMatch(mapping -> mapping.getType() == Mapping.Type.Group);
        return mappings.stream().map(Mapping::asMailAddress).flatMap(Optional::stream).collect(Collectors.toList());
    }

    boolean isGroup() {
        return group;
    }

    List<String> members() {
        return List.copyOf(members);
    }

    boolean isComplete() {
        return complete;
    }
}
