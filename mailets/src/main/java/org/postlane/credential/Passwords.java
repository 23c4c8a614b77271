// SPDX-License-Identifier: Apache-2.0
package org.postlane.credential;

import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import javax.annotation.PreDestroy;
import javax.inject.Inject;

import org.apache.james.core.Username;
import org.apache.james.user.api.UsersRepository;
import org.apache.james.user.api.UsersRepositoryException;
import org.apache.james.user.api.model.User;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks James' users, never on the thread of the caller, and keeps the credentials in step with them: a password that James has
 * just verified gives the user new ones, and those that were derived from another password than James stores now serve nobody.
 *
 * <p>Futures fail where the repository cannot answer, where it takes more than 30 s and where too much is asked at once. Safe for
 * use by several threads.
 */
public final class Passwords {
    private static final Logger LOGGER = LoggerFactory.getLogger(Passwords.class);

    private final UsersRepository users;
    private final CredentialStore store;
    private final Clock clock;
    private final LoginThreads threads = new LoginThreads();
    /** Somebody's, to spend as much time on a user who is not there; empty where that would be an attempt to log in as him. */
    private volatile Optional<User> sample = Optional.empty();

    /** For James' injector. */
    @Inject
    public Passwords(UsersRepository users, CredentialStore store, Clock clock) {
        this.users = users;
        this.store = store;
        this.clock = clock;
    }

    /** Does something else that takes long, on the threads for logins. */
    public <T> CompletableFuture<T> run(Callable<T> task) {
        return threads.check(task);
    }

    /** Whether this is a user, and the user's password; if so, credentials for the other mechanisms follow in a while. */
    public CompletableFuture<Boolean> verify(Username user, String password) {
        return threads.check(() -> {
            Optional<Optional<byte[]>> before = fingerprint(user);
            if (!test(user, password, before.isPresent())) {
                return false;
            }
            // Taken before the test: if the password is changed meanwhile, what is derived now is void.
            Optional<byte[]> fingerprint = before.flatMap(each -> each);
            if (store.isOpen() && needsEnrolment(user, fingerprint)
                    && !threads.later(() -> enrolLater(user, password, fingerprint))) {
                LOGGER.warn("User {} gets no credential for SCRAM at this login: too many others do", user.asString());
            }
            return true;
        });
    }

    /**
     * Derives credentials now, for a password that must be the one that James has.
     *
     * @return false for another password, and for who is no user
     * @throws IllegalArgumentException by the future, for a password that SCRAM cannot carry and where there is no credential for
     *     this kind of user repository
     */
    public CompletableFuture<Boolean> enrol(Username user, String password) {
        return threads.check(() -> {
            Optional<Optional<byte[]>> before = fingerprint(user);
            if (!test(user, password, before.isPresent())) {
                return Optional.<Credential>empty();
            }
            Optional<byte[]> fingerprint = before.flatMap(each -> each);
            if (fingerprint.isEmpty() && store.settings().unboundMaxAge().isZero()) {
                throw new IllegalArgumentException("this user repository does not show what it stores, and <"
                    + CredentialSettings.MAX_AGE + "> is not set");
            }
            return Optional.of(derive(user, password, fingerprint));
        }).thenCompose(derived -> derived.map(credential -> store.put(credential).thenApply(done -> true))
            .orElseGet(() -> CompletableFuture.completedFuture(false)));
    }

    private boolean test(Username user, String password, boolean isThere) throws UsersRepositoryException {
        boolean isRight = users.test(user, password);
        if (!isRight && !isThere) {
            spendAsMuch(password);
        }
        return isRight;
    }

    /** Whether the user is there, and what of the password is stored. */
    private Optional<Optional<byte[]>> fingerprint(Username name) throws UsersRepositoryException {
        User user = users.getUserByName(name);
        if (user == null) {
            return Optional.empty();
        }
        Optional<String> stored = StoredPassword.of(user);
        if (stored.isPresent() && sample.isEmpty()) {
            sample = Optional.of(user);
        }
        return Optional.of(stored.filter(hash -> store.isOpen()).map(store::fingerprint));
    }

    /** A wrong password is hashed before it is refused; so is that of nobody. */
    private void spendAsMuch(String password) throws UsersRepositoryException {
        if (sample.isEmpty()) {
            Iterator<Username> names = users.list();
            if (names.hasNext()) {
                fingerprint(names.next());
            }
        }
        sample.ifPresent(user -> user.verifyPassword(password));
    }

    private boolean needsEnrolment(Username user, Optional<byte[]> fingerprint) {
        if (fingerprint.isEmpty()) {
            // Nothing but the password itself tells whether the credential is of it.
            return !store.settings().unboundMaxAge().isZero();
        }
        return store.find(user).filter(known -> known.isBoundTo(fingerprint) && isAsConfigured(known)).isEmpty();
    }

    private boolean isAsConfigured(Credential credential) {
        return credential.scram().iterations() == store.settings().iterations()
            && (credential.cramMd5().isPresent() || !store.keepsCramMd5());
    }

    private void enrolLater(Username user, String password, Optional<byte[]> fingerprint) {
        try {
            Optional<Credential> known = store.find(user);
            if (!needsEnrolment(user, fingerprint) || (fingerprint.isEmpty() && known.filter(this::isFresh)
                    .filter(credential -> isAsConfigured(credential) && credential.scram().areOf(password)).isPresent())) {
                return;
            }
            var unusedResult = store.put(derive(user, password, fingerprint)).whenComplete((done, failure) -> {
                if (failure != null) {
                    LOGGER.error("The credential of {} is not in its file, and is lost with a restart", user.asString(), failure);
                }
            });
        } catch (IllegalArgumentException e) {
            // The library's words may quote the password.
            LOGGER.info("User {} cannot use SCRAM: the password is empty or has characters that it cannot carry (RFC 4013)",
                user.asString());
        } catch (RuntimeException | Error e) {
            LOGGER.error("User {} gets no credential for SCRAM at this login", user.asString(), e);
        }
    }

    private Credential derive(Username user, String password, Optional<byte[]> fingerprint) {
        Optional<CramMd5Keys> cramMd5 = store.keepsCramMd5() ? Optional.of(CramMd5Keys.derive(password)) : Optional.empty();
        return new Credential(user, ScramKeys.derive(password, store.settings().iterations()), cramMd5, fingerprint,
            now());
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.SECONDS);
    }

    /** Young enough not to be written anew at each login. */
    private boolean isFresh(Credential credential) {
        return credential.verified().plus(store.settings().unboundMaxAge().dividedBy(2)).isAfter(clock.instant());
    }

    /**
     * Whether this user may log in with what was derived from this credential: he is still there, and his password is still the
     * one. A credential that is void is forgotten. With none, the repository is asked as well, to take as long.
     */
    public CompletableFuture<Boolean> isCurrent(Username user, Optional<Credential> credential) {
        return threads.check(() -> {
            Optional<Optional<byte[]>> now = fingerprint(user);
            if (credential.isEmpty()) {
                return false;
            }
            boolean isCurrent = now.isPresent() && isCurrent(credential.get(), now.get());
            if (!isCurrent) {
                LOGGER.info("The credential of {} is void: the password has changed, the user is gone, or it is too old",
                    user.asString());
                var unusedResult = store.remove(credential.get()).whenComplete((done, failure) -> {
                    if (failure != null) {
                        LOGGER.error("The void credential of {} is still in its file", user.asString(), failure);
                    }
                });
            }
            // It may have been deleted, or have given way to a newer one of the same password, since the exchange began.
            return isCurrent && store.find(user).isPresent();
        });
    }

    private boolean isCurrent(Credential credential, Optional<byte[]> fingerprint) {
        return credential.isBound() ? credential.isBoundTo(fingerprint)
            : credential.verified().plus(store.settings().unboundMaxAge()).isAfter(clock.instant());
    }

    /** Whether there is such a user. */
    public CompletableFuture<Boolean> isUser(Username user) {
        return threads.check(() -> users.contains(user));
    }

    /** Takes no more work. */
    @PreDestroy
    public void close() {
        threads.close();
    }
}
