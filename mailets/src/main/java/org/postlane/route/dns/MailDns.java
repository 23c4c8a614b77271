// SPDX-License-Identifier: Apache-2.0
package org.postlane.route.dns;

import java.net.InetAddress;
import java.util.concurrent.CompletableFuture;

import com.google.inject.ProvidedBy;
import org.postlane.james.MissingModule;

/**
 * DNS, as far as mail needs it. No method blocks, and what they return does not fail: that there is no answer is an answer too.
 * Safe to share.
 */
@ProvidedBy(MissingModule.class)
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

    /** The IPv4 addresses that name servers have for a name, and no hosts file: what a DNS list answers (RFC 5782 2.1). */
    CompletableFuture<DnsAnswer<InetAddress>> listAnswers(String name);

    /** The TXT records of a name, each as one text of ASCII, in no particular order. */
    CompletableFuture<DnsAnswer<String>> texts(String name);

    /** The names that an address has in the reverse tree, in no particular order; each ends with a dot. */
    CompletableFuture<DnsAnswer<String>> names(InetAddress address);
}
