// SPDX-License-Identifier: Apache-2.0
package org.postlane.recipient;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

import org.apache.james.core.MailAddress;
import org.apache.james.core.Username;
import org.apache.james.rrt.api.RecipientRewriteTable;
import org.apache.james.rrt.api.RecipientRewriteTableException;
import org.apache.james.rrt.lib.Mapping;
import org.apache.james.rrt.lib.MappingSource;
import org.apache.james.rrt.lib.Mappings;

/**
 * Finds the mappings that run in a circle, of which James only says that there are too many. Follows them one by one, as
 * James does: those of the address, else those of its domain. For one search; not safe for use by several threads.
 */
final class MappingLoop {
    /** Longer circles are not looked for: James gives up after {@code mappingLimit} steps, which is 10 unless changed. */
    private static final int MAX_STEPS = 100;
    private static final int MAX_ADDRESSES = 10_000;

    private final RecipientRewriteTable table;
    private final List<Username> path = new ArrayList<>();
    private final Set<Username> done = new HashSet<>();
    private List<Username> longest = List.of();

    MappingLoop(RecipientRewriteTable table) {
        this.table = table;
    }

    /** The circle that the address leads to, in words that name its addresses; where there is none, the longest way from it. */
    String describe(MailAddress address) throws RecipientRewriteTableException {
        Optional<String> circle = find(address);
        return circle.isPresent() ? circle.get()
            : "Mappings follow one another more often than mappingLimit allows: " + spell(longest);
    }

    /** The circle that the address leads to, in words that name its addresses; empty where there is none. */
    Optional<String> find(MailAddress address) throws RecipientRewriteTableException {
        List<Username> circle = from(Username.fromLocalPartWithDomain(address.getLocalPart(), address.getDomain()));
        return circle.isEmpty() ? Optional.empty() : Optional.of("Mappings run in a circle: " + spell(circle));
    }

    private static String spell(List<Username> addresses) {
        return addresses.stream().map(Username::asString).collect(Collectors.joining(" > "));
    }

    private List<Username> from(Username address) throws RecipientRewriteTableException {
        path.add(address);
        if (path.size() > longest.size()) {
            longest = List.copyOf(path);
        }
        for (Mapping mapping : mappings(address).asStream().collect(Collectors.toList())) {
            Optional<Username> target = target(mapping, address);
            if (target.isEmpty() || (mapping.getType() == Mapping.Type.Forward && target.get().equals(address))) {
                // A forward to itself keeps a copy.
                continue;
            }
            int earlier = path.indexOf(target.get());
            if (earlier >= 0) {
                List<Username> circle = new ArrayList<>(path.subList(earlier, path.size()));
                circle.add(target.get());
                return circle;
            }
            if (path.size() < MAX_STEPS && done.size() < MAX_ADDRESSES && !done.contains(target.get())) {
                List<Username> circle = from(target.get());
                if (!circle.isEmpty()) {
                    return circle;
                }
            }
        }
        path.remove(path.size() - 1);
        done.add(address);
        return List.of();
    }

    private Mappings mappings(Username address) throws RecipientRewriteTableException {
        Mappings own = table.getStoredMappings(MappingSource.fromUser(address));
        if (!own.isEmpty() || address.getDomainPart().isEmpty()) {
            return own;
        }
        return table.getStoredMappings(MappingSource.fromDomain(address.getDomainPart().get()));
    }

    private static Optional<Username> target(Mapping mapping, Username address) {
        if (mapping.getType() == Mapping.Type.Error) {
            return Optional.empty();
        }
        try {
            return mapping.rewriteUser(address).map(target -> target.withDefaultDomainFromUser(address));
        } catch (Exception e) {
            // It leads nowhere then, and so not round.
            return Optional.empty();
        }
    }
}
