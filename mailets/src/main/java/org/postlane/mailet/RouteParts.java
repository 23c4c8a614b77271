// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import java.util.List;

import org.postlane.route.DomainRules;
import org.postlane.route.Gateway;
import org.postlane.route.GatewayRoutes;
import org.postlane.route.HostHealth;
import org.postlane.route.MxRoutes;
import org.postlane.route.OwnHosts;
import org.postlane.route.TlsPolicy;
import org.postlane.route.UsableAddresses;
import org.postlane.route.dns.MailDns;
import org.postlane.smtp.TlsMode;

/** What all routes of one element are made with. Immutable. */
final class RouteParts {
    private final MailDns dns;
    private final UsableAddresses usable;
    private final HostHealth health;

    RouteParts(MailDns dns, UsableAddresses usable, HostHealth health) {
        this.dns = dns;
        this.usable = usable;
        this.health = health;
    }

    MxRoutes byMx(int port, TlsPolicy tls, OwnHosts ourselves) {
        return new MxRoutes(dns, port, usable, tls, ourselves, health);
    }

    GatewayRoutes through(String name, List<Gateway> gateways, GatewayRoutes.Order order, DomainRules<TlsMode> tls) {
        return new GatewayRoutes(dns, usable, health, name, gateways, order, tls);
    }
}
