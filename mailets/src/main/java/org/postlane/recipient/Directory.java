// SPDX-License-Identifier: Apache-2.0
package org.postlane.recipient;

import java.util.Optional;
import java.util.stream.Collectors;

import org.apache.james.core.MailAddress;
import org.apache.james.domainlist.api.DomainList;
import org.apache.james.rrt.api.RecipientRewriteTable;
import org.apache.james.rrt.lib.Mapping;
import org.apache.james.rrt.lib.MappingSource;
import org.apache.james.rrt.lib.Mappings;
import org.apache.james.user.api.UsersRepository;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks James' rewrite table, domain list and users about one address. Safe for use by several threads, as they are. */
final class Directory {
    private static final Logger LOGGER = LoggerFactory.getLogger(Directory.class);

    private final DomainList domainList;
    private final UsersRepository usersRepository;
    private final RecipientRewriteTable rewriteTable;

    Directory(DomainList domainList, UsersRepository usersRepository, RecipientRewriteTable rewriteTable) {
        this.domainList = domainList;
        this.usersRepository = usersRepository;
        this.rewriteTable = rewriteTable;
    }

    DirectoryAnswer lookUp(MailAddress address, MappingMode mode) throws LookupFailedException {
        try {
            boolean asksMappings = mode == MappingMode.FOLLOW && UserNames.canBe(address) && isRewriteTableEnabled();
            Optional<DirectoryAnswer> mapped = asksMappings ? lookUpMapping(address) : Optional.empty();
            if (mapped.isPresent()) {
                return mapped.get();
            }
            DirectoryAnswer answer = lookUpMailbox(address);
            return asksMappings && answer.kind() == DirectoryAnswer.Kind.NO_SUCH_USER
                ? selfReference(address).orElse(answer) : answer;
        } catch (Exception e) {
            // Back ends throw what they like (drivers, pools, rejected executions): none of it is an answer.
            throw new LookupFailedException("The directory could not answer for " + address.asString() + ": " + e, e);
        }
    }

    /** A disabled table has a limit of no mappings at all, and so finds too many of them for every address. */
    private boolean isRewriteTableEnabled() {
        return rewriteTable.getConfiguration().getMappingLimit() > 0;
    }

    private Optional<DirectoryAnswer> lookUpMapping(MailAddress address) throws Exception {
        try {
            Mappings mappings = rewriteTable.getResolvedMappings(address.getLocalPart(), address.getDomain());
            if (mappings == null || mappings.isEmpty()) {
                return Optional.empty();
            }
            Optional<String> circle = circleBehind(mappings);
            if (circle.isPresent()) {
                return circle.map(this::refused);
            }
            return Optional.of(DirectoryAnswer.of(domainList.containsDomain(address.getDomain())
                ? DirectoryAnswer.Kind.MAPPED : DirectoryAnswer.Kind.MAPPED_ELSEWHERE));
        } catch (RecipientRewriteTable.TooManyMappingException e) {
            return Optional.of(refused(new MappingLoop(rewriteTable).describe(address)));
        } catch (RecipientRewriteTable.ErrorMappingException e) {
            return Optional.of(DirectoryAnswer.refused(Refusal.parse(text(e), "1.1")));
        }
    }

    /** James takes a group that holds itself for no mapping at all, and its other members would never hear of their mail. */
    private Optional<DirectoryAnswer> selfReference(MailAddress address) throws Exception {
        if (rewriteTable.getStoredMappings(MappingSource.fromMailAddress(address)).isEmpty()) {
            return Optional.empty();
        }
        return new MappingLoop(rewriteTable).find(address).map(this::refused);
    }

    /** A group that holds itself is where James stops following others: it would be an unknown user among their members. */
    private Optional<String> circleBehind(Mappings mappings) throws Exception {
        MappingLoop search = new MappingLoop(rewriteTable);
        for (Mapping mapping : mappings.asStream().collect(Collectors.toList())) {
            Optional<MailAddress> target = mapping.asMailAddress().filter(UserNames::canBe);
            if (target.isPresent()
                    && !rewriteTable.getStoredMappings(MappingSource.fromMailAddress(target.get())).isEmpty()) {
                Optional<String> circle = search.find(target.get());
                if (circle.isPresent()) {
                    return circle;
                }
            }
        }
        return Optional.empty();
    }

    /** RFC 3463 3.5: X.4.6, routing loop detected. */
    private DirectoryAnswer refused(String loop) {
        LOGGER.warn("{}. Nobody gets mail by it; change one of these mappings", loop);
        return DirectoryAnswer.refused(Refusal.parse(loop, "4.6"));
    }

    private static String text(Exception e) {
        return e.getMessage() == null ? "" : e.getMessage();
    }

    private DirectoryAnswer lookUpMailbox(MailAddress address) throws Exception {
        // First the domain: without virtual hosting a user is a mere local part, and would be found in any domain.
        if (!domainList.containsDomain(address.getDomain())) {
            return DirectoryAnswer.of(DirectoryAnswer.Kind.NOT_LOCAL);
        }
        if (UserNames.canBe(address) && usersRepository.contains(usersRepository.getUsername(address))) {
            return DirectoryAnswer.of(DirectoryAnswer.Kind.MAILBOX);
        }
        return DirectoryAnswer.of(address.getLocalPart().equalsIgnoreCase("postmaster")
            ? DirectoryAnswer.Kind.POSTMASTER : DirectoryAnswer.Kind.NO_SUCH_USER);
    }
}
