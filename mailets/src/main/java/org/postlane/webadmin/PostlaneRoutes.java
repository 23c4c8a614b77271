// SPDX-License-Identifier: Apache-2.0
package org.postlane.webadmin;

import java.time.Clock;
import javax.inject.Inject;

import org.apache.james.webadmin.Routes;
import org.apache.james.webadmin.utils.JsonTransformer;
import org.postlane.credential.CredentialStore;
import org.postlane.credential.Passwords;
import org.postlane.james.ServerStarted;
import org.postlane.outbound.OutboundEngine;
import org.postlane.outbound.operations.Destinations;
import org.postlane.outbound.operations.Reload;
import org.postlane.recipient.RecipientClassifier;
import spark.Service;

/**
 * All of Postlane in James' webadmin, under {@code /postlane}; {@code docs/outbound.md} and {@code docs/recipients.md} have the
 * calls. James' own filter for authentication stands in front of it.
 *
 * <p>{@code webadmin.properties}: {@code extensions.routes=org.postlane.webadmin.PostlaneRoutes}.
 */
public final class PostlaneRoutes implements Routes {
    static final String BASE = "/postlane";

    private final DestinationRoutes destinations;
    private final ConnectionRoutes connections;
    private final ReloadRoutes reload;
    private final DirectoryCacheRoutes directoryCache;
    private final CredentialRoutes credentials;

    /** For James' injector. */
    @Inject
    public PostlaneRoutes(Destinations destinations, OutboundEngine engine, ServerStarted started, Reload reload, Clock clock,
                          RecipientClassifier classifier, CredentialStore store, Passwords passwords, JsonTransformer json) {
        this.destinations = new DestinationRoutes(destinations, clock, json);
        this.connections = new ConnectionRoutes(engine, started, json);
        this.reload = new ReloadRoutes(reload, json);
        this.directoryCache = new DirectoryCacheRoutes(classifier, json);
        this.credentials = new CredentialRoutes(store, passwords, json);
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
        directoryCache.define(service);
        credentials.define(service);
    }
}
