// SPDX-License-Identifier: Apache-2.0
package org.postlane.route;

import java.time.Duration;

import org.apache.commons.configuration2.BaseHierarchicalConfiguration;
import org.apache.james.dnsservice.dnsjava.DNSJavaService;
import org.apache.james.metrics.tests.RecordingMetricFactory;
import org.postlane.testing.dns.DnsServer;
import org.xbill.DNS.Lookup;
import org.xbill.DNS.Resolver;

/**
 * James' own resolver, asking a server of the test. Its configuration names servers without a port, so the port is set on the
 * resolver behind it, which James makes dnsjava's default as well. That default is one for the whole JVM: a class that
 * uses this must not run beside another that does.
 */
public final class JamesDns {
    private JamesDns() {
    }

    /** James' resolver, which gives up on a question after this long. */
    public static DNSJavaService askingAt(DnsServer server, Duration timeout) {
        BaseHierarchicalConfiguration configuration = new BaseHierarchicalConfiguration();
        configuration.addProperty("autodiscover", false);
        configuration.addProperty("servers.server", server.address().getHostString());
        DNSJavaService service = new DNSJavaService(new RecordingMetricFactory());
        try {
            service.configure(configuration);
            service.init();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
        Resolver resolver = Lookup.getDefaultResolver();
        resolver.setPort(server.port());
        resolver.setTimeout(timeout);
        return service;
    }
}
