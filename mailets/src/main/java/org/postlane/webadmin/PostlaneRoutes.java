// SPDX-License-Identifier: Apache-2.0
package org.postlane.webadmin;

import java.time.Clock;
import javax.inject.Inject;

import org.apache.james.webadmin.Routes;
import org.apache.james.webadmin.utils.JsonTransformer;
import org.postlane.james.ServerStarted;
import org.postlane.outbound.Destinations;
import org.postlane.outbound.OutboundEngine;
import org.postlane.outbound.Reload;
import spark.Service;

/**
 * All of Postlane in James' webadmin, under {@code /postlane}; {@code docs/outbound.md} has the calls. James' own filter for
 * authentication stands in front of it.
 *
 * <p>{@code webadmin.properties}: {@code extensions.routes=org.postlane.webadmin.PostlaneRoutes}.
 */
public final class PostlaneRoutes implements Routes {
    static final String BASE = "/postlane";

    private final DestinationRoutes destinations;
    private final ConnectionRoutes connections;
    private final ReloadRoutes reload;

    /** For James' injector. */
    @Inject
    public PostlaneRoutes(Destinations destinations, OutboundEngine engine, ServerStarted started, Reload reload, Clock clock,
                          JsonTransformer json) {
        this.destinations = new DestinationRoutes(destinations, clock, json);
        this.connections = new ConnectionRoutes(engine, started, json);
        this.reload = new ReloadRoutes(reload, json);
    }

    @Override
    public String getBasePath() {
        return BASE;
    }

    @Override
    public void define(Service service) {
        destinations.define(service);
        connections.define(service);
        reload.define(service);
    }
}
