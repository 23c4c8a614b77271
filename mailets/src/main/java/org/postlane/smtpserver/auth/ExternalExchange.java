// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.auth;

import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

import org.apache.james.core.Username;
import org.postlane.credential.Passwords;

/** EXTERNAL (RFC 4422 appendix A): the client's certificate says who it is, the response at most as whom it wants to act. */
final class ExternalExchange implements Exchange {
    private final ClientCertificates certificates;
    private final List<X509Certificate> chain;
    private final Passwords passwords;
    private final Authority authority;

    ExternalExchange(ClientCertificates certificates, List<X509Certificate> chain, Passwords passwords, Authority authority) {
        this.certificates = certificates;
        this.chain = List.copyOf(chain);
        this.passwords = passwords;
        this.authority = authority;
    }

    @Override
    public byte[] opening() {
        return new byte[0];
    }

    @Override
    public CompletableFuture<Step> next(byte[] response) {
        Optional<String> text = Names.utf8(response);
        if (text.isEmpty() || text.get().indexOf('\0') >= 0) {
            return Step.malformed().now();
        }
        Optional<Username> wanted = Names.user(text.get());
        if (wanted.isEmpty() && !text.get().isEmpty()) {
            return Step.failure().now();
        }
        return passwords.run(() -> certificates.users(chain)).thenCompose(users -> decide(users, wanted));
    }

    private CompletableFuture<Step> decide(Set<Username> users, Optional<Username> wanted) {
        // A certificate with several names is good for each of them, but the client must say which one it means.
        Optional<Username> one = wanted.filter(users::contains)
            .or(() -> users.size() == 1 ? users.stream().findFirst() : Optional.empty());
        return one.map(user -> passwords.isUser(user).thenCompose(isUser ->
            isUser ? authority.decide(user, wanted) : Step.failure().now())).orElseGet(() -> Step.failure().now());
    }

    @Override
    public Optional<String> claimed() {
        return chain.stream().findFirst().map(certificate -> certificate.getSubjectX500Principal().getName());
    }
}
