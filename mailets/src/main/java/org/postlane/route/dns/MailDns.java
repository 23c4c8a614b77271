// SPDX-License-Identifier: Apache-2.0
package org.postlane.route.dns;

import java.net.InetAddress;
import java.util.concurrent.CompletableFuture;

/**
 * DNS, as far as mail needs it. No method blocks, and what they return does not fail: that there is no answer is an answer too.
 * Safe to share.
 */
public interface MailDns {
    /** The MX records of a domain, in no particular order. */
    CompletableFuture<DnsAnswer<MailExchanger>> exchangers(String domain);

    /** The addresses of a host that an MX record names, or of a mail domain without MX records, of every family. */
    CompletableFuture<DnsAnswer<InetAddress>> addresses(String host);

    /**
     * The addresses of a host that an administrator named, who may leave away what this machine is configured to add (the search
     * list of {@code resolv.conf} or {@code dnsservice.xml}).
     */
    CompletableFuture<DnsAnswer<InetAddress>> addressesOfConfigured(String host);
}
