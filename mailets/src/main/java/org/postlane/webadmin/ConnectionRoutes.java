// SPDX-License-Identifier: Apache-2.0
package org.postlane.webadmin;

import java.net.InetSocketAddress;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import io.netty.util.NetUtil;
import org.apache.james.webadmin.utils.JsonTransformer;
import org.postlane.james.ServerStarted;
import org.postlane.outbound.OutboundEngine;
import org.postlane.pool.HostStats;
import org.postlane.pool.PoolStats;
import spark.Request;
import spark.Service;

/** The connection pool: what it holds and has done. */
final class ConnectionRoutes {
    private final OutboundEngine engine;
    private final ServerStarted started;
    private final JsonTransformer json;

    ConnectionRoutes(OutboundEngine engine, ServerStarted started, JsonTransformer json) {
        this.engine = engine;
        this.started = started;
        this.json = json;
    }

    void define(Service service) {
        service.get(PostlaneRoutes.BASE + "/connections", (request, response) -> connections(request), json);
    }

    private Map<String, Object> connections(Request request) {
        int limit = Requests.limit(request);
        if (!started.isStarted()) {
            // The pool is made when it is first asked for, and then its limits are settled.
            throw Requests.notYet("James is starting, and there are no connections yet");
        }
        Map<String, Object> answer = new LinkedHashMap<>(totals(engine.stats()));
        List<HostStats> hosts = engine.hosts();
        answer.put("totalHosts", hosts.size());
        answer.put("hosts", hosts.stream()
            .sorted(Comparator.comparingInt((HostStats host) -> -host.open() - host.waiting())
                .thenComparing(host -> name(host)))
            .limit(limit).map(ConnectionRoutes::asJson).collect(Collectors.toList()));
        return answer;
    }

    private static String name(HostStats host) {
        if (host.host() instanceof InetSocketAddress) {
            InetSocketAddress address = (InetSocketAddress) host.host();
            return NetUtil.toSocketAddressString(address.getAddress().getHostAddress(), address.getPort());
        }
        return String.valueOf(host.host());
    }

    private static Map<String, Object> asJson(HostStats host) {
        Map<String, Object> one = new LinkedHashMap<>();
        one.put("host", name(host));
        one.put("open", host.open());
        one.put("opening", host.opening());
        one.put("leased", host.leased());
        one.put("idle", host.idle());
        one.put("closing", host.closing());
        one.put("waiting", host.waiting());
        one.put("paced", host.paced());
        return one;
    }

    private static Map<String, Object> totals(PoolStats stats) {
        Map<String, Object> now = new LinkedHashMap<>();
        now.put("open", stats.open());
        now.put("opening", stats.opening());
        now.put("leased", stats.leased());
        now.put("idle", stats.idle());
        now.put("closing", stats.closing());
        now.put("waiting", stats.waiting());
        Map<String, Object> sinceStart = new LinkedHashMap<>();
        sinceStart.put("opened", stats.opened());
        sinceStart.put("failedToOpen", stats.failedToOpen());
        sinceStart.put("acquired", stats.acquired());
        sinceStart.put("reused", stats.reused());
        sinceStart.put("timedOut", stats.timedOut());
        Map<String, Object> discarded = new LinkedHashMap<>();
        stats.discarded().forEach((reason, count) -> discarded.put(reason.toString(), count));
        sinceStart.put("discarded", discarded);
        Map<String, Object> totals = new LinkedHashMap<>();
        totals.put("now", now);
        totals.put("sinceStart", sinceStart);
        return totals;
    }
}
