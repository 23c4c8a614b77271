// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.check;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import javax.inject.Inject;

import org.apache.commons.configuration2.Configuration;
import org.apache.commons.configuration2.HierarchicalConfiguration;
import org.postlane.james.ConfigurationError;
import org.postlane.james.Parameters;
import org.postlane.route.dns.MailDns;
import org.postlane.smtpserver.HandlerParameters;
import org.postlane.smtpserver.Networks;
import org.postlane.smtpserver.Place;
import org.postlane.smtpserver.Rejection;
import org.postlane.smtpserver.Rejections;

/**
 * Asks DNS lists (DNSBL, RFC 5782) about the client, by IPv4 or IPv6 address: {@code 550 5.7.1} at MAIL with the reason that the
 * list gives. All lists are asked at once, when the client connects. A list that does not answer refuses nobody.
 *
 * <pre>{@code
 * <handler class="org.postlane.smtpserver.check.DnsLists">
 *   <list>
 *     <zone>bl.example.org</zone>
 *     <answers>127.0.0.2-127.0.0.11</answers>
 *     <action>reject</action>
 *   </list>
 * </handler>}</pre>
 *
 * <p>Safe for use by several threads.
 */
@Place(Place.Step.CHECK)
public final class DnsLists extends ClientCheck {
    static final String LIST = "list";
    static final String ZONE = "zone";
    static final String ANSWERS = "answers";
    static final String ACTION = "action";

    private static final String ZONE_EXPECTED = "the domain of a DNS list, such as bl.example.org";
    /** Short enough for the half octets of an IPv6 address in front of it. */
    private static final Pattern DOMAIN =
        Pattern.compile("(?=.{1,180}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?\\.)+[a-z0-9-]{1,63}");

    private final MailDns dns;
    private final LongSupplier nanos;
    private final List<DnsList> lists = new ArrayList<>();
    private Networks trusted = Networks.PRIVATE;

    /** For James' injector. */
    @Inject
    public DnsLists(Rejections rejections, MailDns dns) {
        this(rejections, dns, System::nanoTime);
    }

    DnsLists(Rejections rejections, MailDns dns, LongSupplier nanos) {
        super(rejections);
        this.dns = dns;
        this.nanos = nanos;
    }

    @Override
    public void init(Configuration config) {
        Parameters parameters = HandlerParameters.of(config, getClass(), LIST);
        Duration timeout = CheckLimits.dnsTimeout(parameters);
        trusted = trustedBy(parameters);
        parameters.refuseUnknown();
        if (config instanceof HierarchicalConfiguration) {
            ((HierarchicalConfiguration<?>) config).configurationsAt(LIST).forEach(list -> lists.add(list(list, timeout)));
        }
        if (lists.isEmpty()) {
            throw new ConfigurationError(parameters.where() + ": expected at least one <" + LIST + "> with a <" + ZONE + ">");
        }
    }

    private DnsList list(Configuration config, Duration timeout) {
        Parameters parameters = HandlerParameters.of(config, "smtpserver.xml, handler DnsLists, list "
            + config.getString(ZONE, String.valueOf(lists.size() + 1)));
        String zone = parameters.text(ZONE, ZONE_EXPECTED).orElse("").toLowerCase(Locale.ROOT);
        if (!DOMAIN.matcher(zone).matches()) {
            throw parameters.error(ZONE, ZONE_EXPECTED);
        }
        ListAnswers answers = parameters.text(ANSWERS, ListAnswers.EXPECTED).map(text -> {
            try {
                return ListAnswers.parse(text);
            } catch (IllegalArgumentException e) {
                throw parameters.error(ANSWERS, ListAnswers.EXPECTED);
            }
        }).orElse(ListAnswers.DEFAULT);
        Action action = Action.read(parameters, ACTION, Action.REJECT);
        parameters.refuseUnknown();
        return new DnsList(zone, answers, action, dns, timeout, nanos);
    }

    @Override
    Networks trusted() {
        return trusted;
    }

    @Override
    CompletableFuture<Verdict> look(InetAddress client) {
        List<CompletableFuture<Optional<Rejection>>> asked = new ArrayList<>();
        lists.forEach(list -> asked.add(list.ask(client)));
        return CompletableFuture.allOf(asked.toArray(CompletableFuture<?>[]::new)).thenApply(all -> verdict(asked));
    }

    private Verdict verdict(List<CompletableFuture<Optional<Rejection>>> asked) {
        Optional<Rejection> refusal = Optional.empty();
        List<Rejection> notes = new ArrayList<>();
        for (int i = 0; i < asked.size(); i++) {
            Optional<Rejection> listed = asked.get(i).join();
            if (lists.get(i).action() == Action.REJECT) {
                refusal = refusal.or(() -> listed);
            } else if (lists.get(i).action() == Action.LOG) {
                listed.ifPresent(notes::add);
            }
        }
        return Verdict.of(refusal, notes);
    }
}
