// SPDX-License-Identifier: Apache-2.0
package org.postlane.credential;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import javax.annotation.PreDestroy;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import javax.inject.Inject;

import org.apache.james.core.Username;
import org.postlane.james.ConfigurationError;
import org.postlane.james.JamesFiles;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The credentials of this James, in memory and in a file. Reading never blocks. Changes are written by a thread of their own,
 * those that come meanwhile with the next write. Safe for use by several threads.
 */
public final class CredentialStore {
    private static final Logger LOGGER = LoggerFactory.getLogger(CredentialStore.class);
    private static final String HMAC = "HmacSHA256";
    private static final int STOP_LIMIT_SECONDS = 10;

    private final JamesFiles files;
    private final Map<Username, Credential> credentials = new ConcurrentHashMap<>();
    private final ExecutorService writer = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "postlane-credentials");
        thread.setDaemon(true);
        return thread;
    });
    private volatile CredentialSettings settings;
    private volatile CredentialFile file;
    private volatile boolean keepsCramMd5;
    private volatile IterationShares iterations;
    /** What the next write does; those who wait for it. */
    private CompletableFuture<Void> nextWrite;

    /** For James' injector. */
    @Inject
    public CredentialStore(JamesFiles files) {
        this.files = files;
    }

    /**
     * Opens the file, unless another listener has.
     *
     * @throws ConfigurationError for settings that differ from another listener's, and for a file that cannot be used
     */
    public synchronized void open(String where, CredentialSettings wanted) {
        if (settings == null) {
            file = new CredentialFile(path(where, wanted));
            file.atStart().forEach(credential -> credentials.put(credential.user(), credential));
            iterations = new IterationShares(credentials.values(), wanted.iterations());
            settings = wanted;
        } else if (!settings.equals(wanted)) {
            throw new ConfigurationError(where + ": " + wanted + ": expected the same for all listeners, and another one has "
                + settings);
        }
    }

    private Path path(String where, CredentialSettings wanted) {
        try {
            return files.path(wanted.file());
        } catch (IllegalArgumentException e) {
            throw new ConfigurationError(where, CredentialSettings.FILE, wanted.file(), e.getMessage());
        }
    }

    /** Whether a listener uses it. */
    public boolean isOpen() {
        return settings != null;
    }

    /** Derives keys for CRAM-MD5 as well, from now on. */
    public void keepCramMd5() {
        keepsCramMd5 = true;
    }

    boolean keepsCramMd5() {
        return keepsCramMd5;
    }

    CredentialSettings settings() {
        if (settings == null) {
            throw new IllegalStateException("No listener has opened the credentials");
        }
        return settings;
    }

    /** A user's; empty where there is none. */
    public Optional<Credential> find(Username user) {
        return Optional.ofNullable(credentials.get(user));
    }

    /** All of them, by name. */
    public List<Credential> list() {
        List<Credential> all = new ArrayList<>(credentials.values());
        all.sort(Comparator.comparing(credential -> credential.user().asString()));
        return all;
    }

    /**
     * SCRAM keys for a user who has none, so that nobody sees from outside who has some: the same each time, and with as many
     * iterations as those who have some, in the same shares.
     */
    public ScramKeys scramDecoy(String name) {
        byte[] octets = mac("scram " + name);
        return ScramKeys.decoy(octets, iterations.of(mac("iterations " + name)));
    }

    /** The same for CRAM-MD5. */
    public CramMd5Keys cramMd5Decoy(String name) {
        return CramMd5Keys.decoy(mac("cram-md5 " + name));
    }

    byte[] fingerprint(String storedPassword) {
        return mac("password " + storedPassword);
    }

    private byte[] mac(String text) {
        try {
            settings();
            Mac mac = Mac.getInstance(HMAC);
            mac.init(new SecretKeySpec(file.secret(), HMAC));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Keeps a user's in the place of what was there; done when it is in the file. */
    CompletableFuture<Void> put(Credential credential) {
        credentials.put(credential.user(), credential);
        return write();
    }

    /** Forgets a user's; done when the file has forgotten it too. False where there was none. */
    public CompletableFuture<Boolean> remove(Username user) {
        return credentials.remove(user) == null ? CompletableFuture.completedFuture(false) : write().thenApply(done -> true);
    }

    /** Forgets this one, and none that has taken its place. */
    CompletableFuture<Void> remove(Credential credential) {
        return credentials.remove(credential.user(), credential) ? write() : CompletableFuture.completedFuture(null);
    }

    private synchronized CompletableFuture<Void> write() {
        if (nextWrite == null) {
            CompletableFuture<Void> next = new CompletableFuture<>();
            nextWrite = next;
            try {
                writer.execute(() -> write(next));
            } catch (RejectedExecutionException e) {
                nextWrite = null;
                next.completeExceptionally(e);
            }
            return next;
        }
        return nextWrite;
    }

    private void write(CompletableFuture<Void> written) {
        synchronized (this) {
            // Changes from here on need another write.
            nextWrite = null;
        }
        try {
            List<Credential> all = list();
            iterations = new IterationShares(all, settings().iterations());
            file.write(all);
            written.complete(null);
        } catch (IOException | RuntimeException e) {
            written.completeExceptionally(e);
        }
    }

    /** Lets the last change be written. */
    @PreDestroy
    public void close() {
        writer.shutdown();
        try {
            if (!writer.awaitTermination(STOP_LIMIT_SECONDS, TimeUnit.SECONDS)) {
                LOGGER.error("The last change of the credentials was not written: the disk hangs");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
