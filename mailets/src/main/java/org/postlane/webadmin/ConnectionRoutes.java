// SPDX-License-Identifier: Apache-2.0
package org.postlane.webadmin;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

import org.apache.james.webadmin.utils.JsonTransformer;
import org.postlane.outbound.OutboundEngine;
import org.postlane.pool.PoolStats;
import spark.Request;
import spark.Service;

/** The connection pool: what it holds and has done. */
final class ConnectionRoutes {
    private final OutboundEngine engine;
    private final JsonTransformer json;

    ConnectionRoutes(OutboundEngine engine, JsonTransformer json) {
        this.engine = engine;
        this.json = json;
    }

    void define(Service service) {
        service.get(PostlaneRoutes.BASE + "/connections", (request, response) -> connections(request), json);
    }

    private Map<String, Object> connections(Request request) {
        int limit = Requests.limit(request);
        Map<String, Object> answer = new LinkedHashMap<>(totals(engine.stats()));
        answer.put("limit", limit);
        return answer;
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
        stats.discarded().forEach((reason, count) -> discarded.put(reason.name().toLowerCase(Locale.US), count));
        sinceStart.put("discarded", discarded);
        Map<String, Object> totals = new LinkedHashMap<>();
        totals.put("now", now);
        totals.put("sinceStart", sinceStart);
        return totals;
    }
}
