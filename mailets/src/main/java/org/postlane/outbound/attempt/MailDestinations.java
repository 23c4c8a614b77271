// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.attempt;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import org.apache.james.core.MailAddress;
import org.apache.james.queue.api.MailPrioritySupport;
import org.apache.mailet.AttributeUtils;
import org.apache.mailet.Mail;
import org.postlane.route.RouteTable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the mail of one queue is scheduled, and its attempts there. Safe for use by several threads; only {@link #attempts} may
 * block.
 */
public final class MailDestinations {
    private static final Logger LOGGER = LoggerFactory.getLogger(MailDestinations.class);

    private static final int NORMAL_PRIORITY = 5;

    private final RouteTable routes;
    /** Whether a rule names a domain. */
    private final Predicate<String> named;
    private final Supplier<AttemptContext> context;

    /**
     * Those of one queue.
     *
     * @param named whether a rule names a domain, which then is a destination of its own
     * @param context null until the queue begins, and asked for no earlier
     */
    public MailDestinations(RouteTable routes, Predicate<String> named, Supplier<AttemptContext> context) {
        this.routes = routes;
        this.named = named;
        this.context = context;
    }

    /** Where mail goes, for the log. */
    @Override
    public String toString() {
        return routes.toString();
    }

    /** Whether a copy of a message of so many octets is in memory as long as its mail is in hand. */
    public static boolean keeps(long octets) {
        return MailContent.isKept(octets);
    }

    /** The mail's recipients, by destination as far as that is known without DNS. */
    private List<Recipients> of(Mail mail, Collection<MailAddress> recipients) {
        return Recipients.sort(recipients, mail.getMaybeSender().asOptional().map(MailAddress::getDomain), routes,
            named);
    }

    /**
     * The attempts of a mail for some of its recipients, by destination; none has begun. Small content is read here, so the
     * caller is a thread that may wait for a disk.
     *
     * @param owner hears of the end of each
     * @param workers read its content
     */
    public List<DestinationAttempt> attempts(Mail mail, Collection<MailAddress> recipients, DestinationAttempt.Owner owner,
                                             Executor workers) {
        SharedMail shared = new SharedMail(mail, workers, owner::isLost);
        if (!recipients.isEmpty()) {
            shared.readIfSmall();
        }
        String sender = mail.getMaybeSender().asString();
        int priority = AttributeUtils.getValueAndCastFromMail(mail, MailPrioritySupport.MAIL_PRIORITY, Integer.class)
            .orElse(NORMAL_PRIORITY);
        return of(mail, recipients).stream()
            .map(some -> new DestinationAttempt(context.get(), owner, some, shared, sender, priority))
            .collect(Collectors.toList());
    }

    /**
     * Whether a mail has recipients at one of these destinations. DNS is asked only where one of them is found by mail servers;
     * a domain for which it has no answer goes nowhere.
     */
    public CompletableFuture<Boolean> isOneOf(Mail mail, Set<String> destinations) {
        CompletableFuture<Boolean> found = new CompletableFuture<>();
        try {
            List<Recipients> all = of(mail, mail.getRecipients());
            if (all.stream().anyMatch(some -> destinations.contains(some.destination()))) {
                found.complete(true);
            } else if (destinations.stream().noneMatch(MailDestinations::isFoundByRoute)) {
                found.complete(false);
            } else {
                Deque<Recipients> byMx = all.stream().filter(some -> some.destination().indexOf(' ') < 0)
                    .collect(Collectors.toCollection(ArrayDeque::new));
                new Search(byMx, destinations, found).goOn();
            }
        } catch (RuntimeException e) {
            LOGGER.warn("Where {} goes is not known; it goes on waiting", mail.getName(), e);
            found.complete(false);
        }
        return found;
    }

    private static boolean isFoundByRoute(String destination) {
        return destination.startsWith("mx:") || destination.startsWith("route ");
    }

    /** Asks for one route after the other; a loop and not a chain, for a mail may have thousands. */
    private final class Search {
        private final Deque<Recipients> left;
        private final Set<String> destinations;
        private final CompletableFuture<Boolean> found;
        private volatile String asking = "-";

        Search(Deque<Recipients> left, Set<String> destinations, CompletableFuture<Boolean> found) {
            this.left = left;
            this.destinations = destinations;
            this.found = found;
        }

        void goOn() {
            try {
                askOn();
            } catch (RuntimeException e) {
                LOGGER.warn("Where mail for {} goes is not known; it goes on waiting", asking, e);
                found.complete(false);
            }
        }

        private void askOn() {
            while (!found.isDone()) {
                Recipients next = left.poll();
                if (next == null) {
                    found.complete(false);
                    return;
                }
                asking = next.destination();
                CompletableFuture<Optional<String>> asked = context.get().routeOf(next)
                    .handle((route, failure) -> failure == null ? Optional.of(context.get().destinationOf(route, next))
                        : Optional.empty());
                if (!asked.isDone()) {
                    CompletableFuture<Void> unused = asked.handle((name, failure) -> {
                        look(failure == null ? name : Optional.empty());
                        goOn();
                        return null;
                    });
                    return;
                }
                look(asked.join());
            }
        }

        private void look(Optional<String> name) {
            if (name.filter(destinations::contains).isPresent()) {
                found.complete(true);
            }
        }
    }
}
