// SPDX-License-Identifier: Apache-2.0
package org.postlane.webadmin;

import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.apache.james.queue.api.MailQueueName;
import org.apache.james.webadmin.utils.JsonTransformer;
import org.postlane.outbound.operations.Destinations;
import org.postlane.outbound.operations.MailFetch;
import org.postlane.schedule.DestinationStatus;
import spark.HaltException;
import spark.Request;
import spark.Service;

/** The destinations: which there are, how they stand, and orders to one of them. */
final class DestinationRoutes {
    private static final String DESTINATIONS = PostlaneRoutes.BASE + "/destinations";
    private static final String ONE = DESTINATIONS + "/:queue/:name";
    /** RFC 1035 2.3.4, and room for what the names of gateways and providers have besides. */
    private static final int LONGEST_NAME = 1_000;
    /** What may get an order before it has mail, as what {@link #SHARED} says; any other name that is not known is a mistake. */
    private static final Pattern DOMAIN = Pattern.compile("(?=.{1,253}$)[a-z0-9_-]{1,63}(\\.[a-z0-9_-]{1,63})*");
    /** Destinations that several domains share, as the engine names them: gateways, a provider's rule, equal mail servers. */
    private static final Pattern SHARED = Pattern.compile(
        "gateway GATE(, GATE)*( #[0-9]{1,3})?(, TLS [a-z]{1,20})?|mx:(\\*\\.)?HOST|route HOST(, HOST)*"
            .replace("GATE", "(lmtp://)?(HOST|\\[[0-9a-f:.]{2,45}]):[0-9]{1,5}( as [!-+\\--~]{1,255})?")
            .replace("HOST", "[a-z0-9_-]{1,63}(\\.[a-z0-9_-]{1,63})*"));
    private static final Map<MailFetch, String> DELAYED_MAIL = Map.of(MailFetch.QUEUE_FLUSH, "queueFlush",
        MailFetch.ROUND, "round", MailFetch.NONE, "notFetched");
    private static final Pattern REASON = Pattern.compile("[ -~]{1,200}");

    private final Destinations destinations;
    private final Clock clock;
    private final JsonTransformer json;

    DestinationRoutes(Destinations destinations, Clock clock, JsonTransformer json) {
        this.destinations = destinations;
        this.clock = clock;
        this.json = json;
    }

    /** An order to one destination. */
    @FunctionalInterface
    private interface Order {
        Optional<DestinationStatus> give(MailQueueName queue, String name);
    }

    void define(Service service) {
        service.get(DESTINATIONS, (request, response) -> list(request), json);
        service.get(ONE, (request, response) -> order(request, false, destinations::find), json);
        service.post(ONE + "/suspend", (request, response) -> {
            Optional<Duration> duration = Requests.duration(request);
            return order(request, true, (queue, name) -> destinations.suspend(queue, name, duration));
        }, json);
        service.post(ONE + "/resume", (request, response) -> order(request, false, destinations::resume), json);
        service.post(ONE + "/flush", (request, response) -> flush(request), json);
        service.post(ONE + "/bounce", (request, response) -> {
            Duration duration = Requests.duration(request).orElseThrow(Requests::durationExpected);
            String reason = reason(request);
            return order(request, true, (queue, name) -> destinations.bounce(queue, name, duration, reason));
        }, json);
    }

    private static String reason(Request request) {
        String reason = Optional.ofNullable(request.queryParams("reason")).orElse("").trim();
        if (!REASON.matcher(reason).matches()) {
            throw Requests.invalid("reason: expected what the senders shall be told, in 1 to 200 printable ASCII characters");
        }
        return reason;
    }

    private Map<String, Object> order(Request request, boolean mayBeNew, Order order) {
        MailQueueName queue = queueOf(request);
        return order.give(queue, nameIn(request, queue, mayBeNew)).map(status -> asJson(queue, status))
            .orElseThrow(() -> unknownIn(queue));
    }

    /** All the mail of a destination may be waiting in the durable queue, so that it is not remembered. */
    private Map<String, Object> flush(Request request) {
        MailQueueName queue = queueOf(request);
        String name = nameIn(request, queue, true);
        MailFetch fetch = destinations.flush(queue, name).orElseThrow(() -> unknownIn(queue));
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("queue", queue.asString());
        answer.put("name", name);
        destinations.find(queue, name).ifPresent(status -> answer.putAll(asJson(queue, status)));
        answer.put("delayedMail", DELAYED_MAIL.get(fetch));
        return answer;
    }

    private MailQueueName queueOf(Request request) {
        String queue = request.params(":queue");
        return destinations.queues().stream().filter(known -> known.asString().equals(queue)).findFirst()
            .orElseThrow(() -> Requests.notFound("No outgoing queue has this name"));
    }

    private String nameIn(Request request, MailQueueName queue, boolean mayBeNew) {
        String written = request.params(":name");
        if (written.length() > LONGEST_NAME) {
            throw Requests.notFound("No destination has a name of more than " + LONGEST_NAME + " characters");
        }
        String name = destinationName(written);
        if (destinations.find(queue, name).isEmpty() && !(mayBeNew && mayComeToBe(name))) {
            throw unknownIn(queue);
        }
        return name;
    }

    private static boolean mayComeToBe(String name) {
        return DOMAIN.matcher(name).matches() || SHARED.matcher(name).matches();
    }

    private static HaltException unknownIn(MailQueueName queue) {
        return Requests.notFound("Queue " + queue.asString() + " knows no such destination");
    }

    /** Domains are known in lower case, whatever the administrator writes; other names are taken as they are. */
    private static String destinationName(String written) {
        String lower = written.toLowerCase(Locale.US);
        return DOMAIN.matcher(lower).matches() ? lower : written;
    }

    private Map<String, Object> list(Request request) {
        int limit = Requests.limit(request);
        Optional<DestinationStatus.State> state = Optional.ofNullable(request.queryParams("state")).map(DestinationRoutes::state);
        Optional<String> queue = Optional.ofNullable(request.queryParams("queue"));
        Map<MailQueueName, List<DestinationStatus>> all = destinations.list();
        if (queue.isPresent() && destinations.queues().stream().noneMatch(known -> known.asString().equals(queue.get()))) {
            throw Requests.notFound("No outgoing queue has this name");
        }
        List<Map.Entry<MailQueueName, DestinationStatus>> found = all.entrySet().stream()
            .filter(entry -> queue.isEmpty() || entry.getKey().asString().equals(queue.get()))
            .flatMap(entry -> entry.getValue().stream().map(status -> Map.entry(entry.getKey(), status)))
            .filter(entry -> state.isEmpty() || entry.getValue().state() == state.get())
            .sorted(Comparator.<Map.Entry<MailQueueName, DestinationStatus>>comparingInt(entry -> -depth(entry.getValue()))
                .thenComparing(entry -> entry.getValue().name()))
            .collect(Collectors.toList());
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("total", found.size());
        answer.put("destinations", found.stream().limit(limit).map(entry -> asJson(entry.getKey(), entry.getValue()))
            .collect(Collectors.toList()));
        return answer;
    }

    private static DestinationStatus.State state(String written) {
        return Arrays.stream(DestinationStatus.State.values())
            .filter(state -> state.name().equalsIgnoreCase(written)).findFirst()
            .orElseThrow(() -> Requests.invalid("state: expected one of " + Stream.of(DestinationStatus.State.values())
                .map(DestinationRoutes::lower).collect(Collectors.joining(", "))));
    }

    private static int depth(DestinationStatus status) {
        return status.waiting() + status.underWay();
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.US);
    }

    private Map<String, Object> asJson(MailQueueName queue, DestinationStatus status) {
        Map<String, Object> one = new LinkedHashMap<>();
        one.put("queue", queue.asString());
        one.put("name", status.name());
        one.put("state", lower(status.state()));
        status.remaining().ifPresent(time -> one.put("until", clock.instant().plus(time).toString()));
        one.put("waiting", status.waiting());
        one.put("underWay", status.underWay());
        one.put("oldestWaitingSeconds", status.oldestWaiting().toSeconds());
        one.put("concurrency", status.concurrency());
        one.put("maxConcurrency", status.limits().concurrency());
        one.put("rate", status.limits().rate().toString());
        one.put("succeeded", status.succeeded());
        one.put("failed", status.failed());
        one.put("refused", status.refused());
        status.lastError().ifPresent(error -> one.put("lastError", error));
        status.lastErrorAgo().ifPresent(time -> one.put("lastErrorAt", clock.instant().minus(time).toString()));
        return one;
    }
}
