// SPDX-License-Identifier: Apache-2.0
package org.postlane.recipient;

import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import javax.annotation.PreDestroy;
import javax.inject.Inject;

import org.apache.james.core.Domain;
import org.postlane.james.ConfigurationError;
import org.postlane.james.JamesFiles;
import org.postlane.james.Parameters;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The domains that this server forwards for without holding their mailboxes, as a list or as a file. Any mailet may declare
 * them, and all that do must declare the same ones: the SMTP server, which has no parameter for it, lets mail to them in for
 * everyone.
 *
 * <p>A file that changes is read again within seconds, also where another file has taken its place. One that cannot be read, or
 * that holds something else than domains, changes nothing, and the log names file, line and what was expected.
 *
 * <p>One for the whole James. Safe for use by several threads.
 */
public final class RelayDomains {
    /** The parameter by which mailets declare them. */
    public static final String PARAMETER = "relayDomains";
    /** The parameter that names a file of them instead. */
    public static final String FILE_PARAMETER = "relayDomainsFile";

    private static final String EXPECTED = "domains separated by commas, each " + DomainSet.EXPECTED;
    private static final String FILE_EXPECTED = "a file with domains, one or more on a line";
    /** A file counts as changed once it has been the same twice. */
    private static final Duration POLL = Duration.ofSeconds(1);
    private static final Logger LOGGER = LoggerFactory.getLogger(RelayDomains.class);

    /** What was declared, and where. */
    private static final class Declaration {
        private final String where;
        private final String element;
        private final Optional<DomainFile> file;
        private final DomainSet domains;

        private Declaration(String where, String element, Optional<DomainFile> file, DomainSet domains) {
            this.where = where;
            this.element = element;
            this.file = file;
            this.domains = domains;
        }

        private boolean isSameAs(Declaration other) {
            return file.equals(other.file) && (file.isPresent() || domains.equals(other.domains));
        }
    }

    private final JamesFiles files;
    private final boolean watching;
    private volatile Optional<Declaration> declaration = Optional.empty();
    private ScheduledExecutorService watch;

    /** For James' injector: with none declared yet. */
    @Inject
    public RelayDomains(JamesFiles files) {
        this(files, true);
    }

    private RelayDomains(JamesFiles files, boolean watching) {
        this.files = files;
        this.watching = watching;
    }

    /** Another with none declared yet, for reading a configuration that may be refused: a file is read, and not watched. */
    public RelayDomains onTrial() {
        return new RelayDomains(files, false);
    }

    /**
     * Declares what the administrator wrote in the element, if anything.
     *
     * @throws ConfigurationError where an entry is no domain, a file cannot be read, or another element declares other domains
     */
    public void declare(Parameters parameters) {
        Optional<String> list = parameters.text(PARAMETER, EXPECTED);
        Optional<String> file = parameters.text(FILE_PARAMETER, FILE_EXPECTED);
        if (list.isPresent() && file.isPresent()) {
            throw parameters.error(FILE_PARAMETER, "either <" + PARAMETER + "> or this, not both");
        }
        list.ifPresent(text -> declare(parameters.where(), text));
        file.ifPresent(path -> declareFile(parameters.where(), path));
    }

    /**
     * Declares the domains in a text, entries separated by commas.
     *
     * @param where the file and the element, for messages
     * @throws ConfigurationError where an entry is no domain, or another element declares other domains
     */
    public void declare(String where, String text) {
        declare(new Declaration(where, PARAMETER, Optional.empty(), parse(where, PARAMETER, text)));
    }

    static DomainSet parse(String where, String parameter, String text) {
        return DomainSet.of(Arrays.stream(text.split(",", -1)).map(entry -> {
            try {
                return DomainSet.normalise(entry.trim());
            } catch (IllegalArgumentException e) {
                throw new ConfigurationError(where, parameter, entry.trim(), "domains separated by commas, each "
                    + e.getMessage());
            }
        }).collect(Collectors.toList()));
    }

    private void declareFile(String where, String path) {
        try {
            DomainFile file = new DomainFile(files.path(path));
            declare(new Declaration(where, FILE_PARAMETER, Optional.of(file), file.read()));
        } catch (ConfigurationError e) {
            throw e;
        } catch (IllegalArgumentException e) {
            throw new ConfigurationError(where + ": <" + FILE_PARAMETER + ">: " + e.getMessage());
        }
    }

    private synchronized void declare(Declaration wanted) {
        declaration.filter(present -> !present.isSameAs(wanted)).ifPresent(present -> {
            throw new ConfigurationError(wanted.where + ": " + asElement(wanted) + " differs from " + asElement(present)
                + " in " + present.where + ": expected the same domains wherever they are declared");
        });
        if (declaration.isEmpty()) {
            declaration = Optional.of(wanted);
            watchFile();
        }
    }

    private static String asElement(Declaration declaration) {
        String value = declaration.file.map(DomainFile::toString).orElseGet(declaration.domains::toString);
        return "<" + declaration.element + ">" + value + "</" + declaration.element + ">";
    }

    /** Takes what another has been declared, in place of its own: the configuration was read anew. */
    public synchronized void become(RelayDomains other) {
        declaration = other.declaration;
        watchFile();
    }

    private synchronized void watchFile() {
        if (watching && watch == null && declaration.flatMap(declared -> declared.file).isPresent()) {
            watch = Executors.newSingleThreadScheduledExecutor(task -> {
                Thread thread = new Thread(task, "postlane-relay-domains");
                thread.setDaemon(true);
                return thread;
            });
            var unusedSchedule = watch.scheduleWithFixedDelay(this::readAgain, POLL.toMillis(), POLL.toMillis(),
                TimeUnit.MILLISECONDS);
        }
    }

    private synchronized void readAgain() {
        Optional<DomainFile> file = declaration.flatMap(declared -> declared.file);
        try {
            if (file.isPresent() && file.get().hasChanged()) {
                DomainSet domains = file.get().read();
                declaration = declaration.map(declared ->
                    new Declaration(declared.where, declared.element, declared.file, domains));
                LOGGER.info("Relay domains were read again from {}: {} entries", file.get(), domains.size());
            }
        } catch (IllegalArgumentException e) {
            LOGGER.error("The relay domains stay as they are: {}", e.getMessage());
        } catch (RuntimeException e) {
            // An exception that escapes would end the watching.
            LOGGER.error("The relay domains stay as they are: their file cannot be watched", e);
        }
    }

    /** Ends the watching. */
    @PreDestroy
    public synchronized void close() {
        if (watch != null) {
            watch.shutdownNow();
        }
    }

    /** Whether the domain is one of them; false for all while nothing is declared. */
    public boolean contains(Domain domain) {
        return declaration.map(declared -> declared.domains.contains(domain)).orElse(false);
    }
}
