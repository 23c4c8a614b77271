// SPDX-License-Identifier: Apache-2.0
package org.postlane.guice.durable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.inject.Inject;

import com.google.common.collect.Lists;
import org.apache.james.mailbox.AttachmentContentLoader;
import org.apache.james.mailbox.MailboxManager.MessageCapabilities;
import org.apache.james.mailbox.MailboxManager.SearchCapabilities;
import org.apache.james.mailbox.MailboxSession;
import org.apache.james.mailbox.MessageUid;
import org.apache.james.mailbox.exception.MailboxException;
import org.apache.james.mailbox.extractor.TextExtractor;
import org.apache.james.mailbox.jpa.JPAMailboxSessionMapperFactory;
import org.apache.james.mailbox.model.Mailbox;
import org.apache.james.mailbox.model.MailboxId;
import org.apache.james.mailbox.model.MessageId;
import org.apache.james.mailbox.model.MessageRange;
import org.apache.james.mailbox.model.SearchQuery;
import org.apache.james.mailbox.store.mail.MessageMapper;
import org.apache.james.mailbox.store.mail.model.MailboxMessage;
import org.apache.james.mailbox.store.search.MessageSearchIndex;
import org.apache.james.mailbox.store.search.MessageSearches;
import org.apache.james.mailbox.store.search.SimpleMessageSearchIndex;
import org.apache.james.util.ReactorUtils;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Searches one mailbox by looking at its messages, a few at a time: James' {@link SimpleMessageSearchIndex} holds all of them at
 * once, and a search for a word in a large mailbox would end the server. What IMAP does not ask for (several mailboxes, an order
 * of its own) is left to that class. Thread-safe.
 */
final class ScanningMessageSearch implements MessageSearchIndex {
    /** Messages that one entity manager looks at; their bodies may be held until it is closed. */
    private static final int MESSAGES_AT_A_TIME = 20;

    private final JPAMailboxSessionMapperFactory mappers;
    private final SimpleMessageSearchIndex wholeMailboxes;
    private final TextExtractor texts;
    private final AttachmentContentLoader attachments;

    @Inject
    ScanningMessageSearch(JPAMailboxSessionMapperFactory mappers, SimpleMessageSearchIndex wholeMailboxes, TextExtractor texts,
            AttachmentContentLoader attachments) {
        this.mappers = mappers;
        this.wholeMailboxes = wholeMailboxes;
        this.texts = texts;
        this.attachments = attachments;
    }

    @Override
    public EnumSet<SearchCapabilities> getSupportedCapabilities(EnumSet<MessageCapabilities> messageCapabilities) {
        return wholeMailboxes.getSupportedCapabilities(messageCapabilities);
    }

    @Override
    public Flux<MessageUid> search(MailboxSession session, Mailbox mailbox, SearchQuery query) {
        if (!query.getSorts().equals(SearchQuery.DEFAULT_SORTS)) {
            return wholeMailboxes.search(session, mailbox, query);
        }
        return Mono.fromCallable(() -> scan(session, mailbox, query))
            .subscribeOn(ReactorUtils.BLOCKING_CALL_WRAPPER)
            .flatMapIterable(found -> found);
    }

    @Override
    public Flux<MessageId> search(MailboxSession session, Collection<MailboxId> mailboxes, SearchQuery query, long limit)
            throws MailboxException {
        return wholeMailboxes.search(session, mailboxes, query, limit);
    }

    private List<MessageUid> scan(MailboxSession session, Mailbox mailbox, SearchQuery query) throws MailboxException {
        List<MessageUid> found = new ArrayList<>();
        for (List<MessageUid> some : Lists.partition(candidates(session, mailbox, query), MESSAGES_AT_A_TIME)) {
            MessageMapper mapper = mappers.createMessageMapper(session);
            try {
                MessageRange range = MessageRange.range(some.get(0), some.get(some.size() - 1));
                found.addAll(matching(session, mapper.findInMailbox(mailbox, range, MessageMapper.FetchType.FULL, -1), query));
            } finally {
                mapper.endRequest();
            }
        }
        return found;
    }

    /** The messages by their numbers, in order, less those that the query excludes by number. */
    private List<MessageUid> candidates(MailboxSession session, Mailbox mailbox, SearchQuery query) {
        MessageMapper mapper = mappers.createMessageMapper(session);
        try {
            List<MessageUid> all = mapper.listAllMessageUids(mailbox).collectList().block();
            return all.stream().filter(uid -> uidCriteria(query).allMatch(criterion -> holds(criterion, uid)))
                .sorted().collect(Collectors.toList());
        } finally {
            mapper.endRequest();
        }
    }

    private static Stream<SearchQuery.UidCriterion> uidCriteria(SearchQuery query) {
        return query.getCriteria().stream()
            .filter(SearchQuery.UidCriterion.class::isInstance)
            .map(SearchQuery.UidCriterion.class::cast);
    }

    private static boolean holds(SearchQuery.UidCriterion criterion, MessageUid uid) {
        return Stream.of(criterion.getOperator().getRange()).anyMatch(range -> range.isIn(uid));
    }

    /** One by one, and each forgotten behind: what a body takes is free again before the next is read. */
    private List<MessageUid> matching(MailboxSession session, Iterator<MailboxMessage> messages, SearchQuery query) {
        Deque<MailboxMessage> waiting = new ArrayDeque<>();
        messages.forEachRemaining(waiting::add);
        List<MessageUid> found = new ArrayList<>();
        while (!waiting.isEmpty()) {
            MailboxMessage message = waiting.poll();
            new MessageSearches(List.of(message).iterator(), query, texts, attachments, session)
                .forEach(result -> found.add(result.getMessageUid()));
        }
        return found;
    }
}
