// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import javax.inject.Inject;
import javax.inject.Provider;

import org.apache.james.filesystem.api.FileSystem;
import org.apache.james.queue.api.MailQueueName;
import org.apache.james.server.core.configuration.Configuration;
import org.apache.james.server.core.configuration.ConfigurationProvider;
import org.apache.mailet.MailetConfig;
import org.postlane.james.ConfigurationError;
import org.postlane.james.Parameters;
import org.postlane.outbound.operations.Reload;
import org.postlane.outbound.settings.AgreedLimits;
import org.postlane.outbound.settings.AgreedSettings;
import org.postlane.outbound.settings.LiveSettings;
import org.postlane.recipient.RelayDomains;
import org.postlane.recipient.VirtualDomains;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads {@code mailetcontainer.xml} again. All elements of Postlane are read as at the start, so that a file with which James
 * would not start is refused as a whole; then the rates and limits of destinations, those of the pool and the relay domains are
 * applied, and what else differs from the file as it was at the start is told.
 *
 * <p>One for the whole James; made with the first mailet, while James reads the same file. Safe for use by several threads.
 */
public final class ContainerReload implements Reload {
    private static final Logger LOGGER = LoggerFactory.getLogger(ContainerReload.class);
    private static final Set<String> LIVE_KEYS = Set.of(LiveParameters.RATES, LiveParameters.CONNECTION_RATES,
        LiveParameters.DESTINATION_CONCURRENCY, AgreedLimits.MAX_CONNECTIONS, AgreedLimits.MAX_CONNECTIONS_PER_HOST,
        AgreedLimits.IDLE_TIMEOUT, AgreedLimits.MAX_CONNECTION_AGE, AgreedLimits.MAX_MAILS_PER_CONNECTION);

    private static final Pattern PASSWORD_OPTION = Pattern.compile("(?i)(password\\s*=\\s*)(\"(?:[^\"]|\"\")*\"?|[^\\s;,()]+)");

    private final ContainerFile.Source container;
    private final Provider<PooledRemoteDelivery> deliveries;
    private final RelayDomains relayDomains;
    private final Map<MailQueueName, Consumer<LiveSettings>> queues = new ConcurrentHashMap<>();
    /** What the element of each of these queues said last about what all share. */
    private final Map<MailQueueName, AgreedSettings> said = new ConcurrentHashMap<>();
    /** What is in force, by place and key. Guarded by this object's lock; null where the file could not be read at the start. */
    private Map<String, Map<String, String>> inForce;
    /** As it was at the start. */
    private Optional<ContainerFile> ofStart = Optional.empty();

    /** For James' injector. */
    @Inject
    public ContainerReload(ConfigurationProvider configuration, FileSystem files, Configuration.ConfigurationPath path,
                           Provider<PooledRemoteDelivery> deliveries, RelayDomains relayDomains) {
        this.container = new ContainerFile.Source(configuration, files, path);
        this.deliveries = deliveries;
        this.relayDomains = relayDomains;
        try {
            ContainerFile file = container.read();
            this.inForce = file.places();
            this.ofStart = Optional.of(file);
        } catch (IOException e) {
            // James itself will say more about it, unless its configuration comes from elsewhere.
            LOGGER.warn("Settings cannot be reloaded: {}", e.getMessage());
        }
    }

    /** Where a mailet of the start stands, for messages: file, processor, mailet. Empty where two say the same. */
    Optional<String> placeOf(MailetConfig mailet) {
        return ofStart.flatMap(file -> file.placeOf(mailet));
    }

    /**
     * A queue that takes other settings while it runs.
     *
     * @param ofElement what its element says about what all share
     */
    void started(MailQueueName queue, AgreedSettings ofElement, Consumer<LiveSettings> change) {
        said.put(queue, ofElement);
        queues.put(queue, change);
    }

    void stopped(MailQueueName queue) {
        queues.remove(queue);
        said.remove(queue);
    }

    @Override
    public synchronized Result reload() throws IOException {
        try {
            return readAndApply();
        } catch (ConfigurationError | IOException e) {
            LOGGER.warn("Nothing was reloaded: {}", e.getMessage());
            throw e;
        }
    }

    private Result readAndApply() throws IOException {
        if (inForce == null) {
            throw new IOException("mailetcontainer.xml could not be read at the start, so there is nothing to compare with");
        }
        ContainerFile file = container.read();
        Trial trial = new Trial();
        file.elements().forEach(trial::read);
        List<Change> applied = new ArrayList<>();
        List<Change> needRestart = new ArrayList<>();
        Map<String, Map<String, String>> next = compare(file, trial, applied, needRestart);
        trial.apply();
        inForce = next;
        LOGGER.info("Reloaded: {} applied, {} need a restart", applied, needRestart);
        return new Result(applied, needRestart);
    }

    private Map<String, Map<String, String>> compare(ContainerFile file, Trial trial, List<Change> applied,
                                                     List<Change> needRestart) {
        Map<String, Map<String, String>> next = new LinkedHashMap<>();
        Set<String> places = new TreeSet<>(inForce.keySet());
        places.addAll(file.places().keySet());
        for (String place : places) {
            Map<String, String> before = inForce.get(place);
            Map<String, String> after = file.places().get(place);
            if (before == null || after == null) {
                needRestart.add(new Change(place, "", null, null));
                if (before != null) {
                    next.put(place, before);
                }
                continue;
            }
            Map<String, String> now = new LinkedHashMap<>(before);
            next.put(place, now);
            Set<String> keys = new TreeSet<>(before.keySet());
            keys.addAll(after.keySet());
            for (String key : keys) {
                String old = before.getOrDefault(key, "");
                String wanted = after.getOrDefault(key, "");
                if (before.containsKey(key) == after.containsKey(key) && old.equals(wanted)) {
                    continue;
                }
                if (!trial.isLive(place, key)) {
                    needRestart.add(new Change(place, key, null, null));
                    continue;
                }
                applied.add(new Change(place, key, old, wanted));
                if (after.containsKey(key)) {
                    now.put(key, wanted);
                } else {
                    now.remove(key);
                }
            }
        }
        return next;
    }

    /** The elements of a file, read as at the start, into settings and domains that nobody uses yet. */
    private final class Trial {
        private AgreedSettings agreed = AgreedSettings.NONE;
        /** Without the elements that only a restart begins. */
        private AgreedSettings ofRunning = AgreedSettings.NONE;
        private final RelayDomains domains = relayDomains.onTrial();
        private final VirtualDomains virtualDomains = new VirtualDomains();
        private final Map<MailQueueName, LiveSettings> settings = new LinkedHashMap<>();
        private final Map<MailQueueName, AgreedSettings> nowSaid = new LinkedHashMap<>();
        private final Map<String, Set<String>> liveKeys = new LinkedHashMap<>();

        private void read(String place, ContainerFile.Element element) {
            try {
                if (element.isA(PooledRemoteDelivery.class)) {
                    PooledRemoteDelivery.Read read = deliveries.get().read(Parameters.at(place, element.config()), agreed);
                    agreed = read.agreed();
                    MailQueueName queue = read.settings().queue();
                    if (settings.put(queue, read.live()) != null) {
                        throw new ConfigurationError(place, "outgoing", queue.asString(), "a queue of its own for each element");
                    }
                    if (queues.containsKey(queue)) {
                        liveKeys.put(place, LIVE_KEYS);
                        ofRunning = ofRunning.and(read.parameters());
                        nowSaid.put(queue, AgreedSettings.NONE.and(read.parameters()));
                    }
                } else if (element.isA(ClassifyRecipients.class)) {
                    ClassifyRecipients.read(Parameters.at(place, element.config()), domains, virtualDomains);
                    liveKeys.put(place, Set.of(RelayDomains.PARAMETER, RelayDomains.FILE_PARAMETER));
                } else if (element.isA(DeliverByType.class)) {
                    DeliverByType.read(Parameters.at(place, element.config()), domains);
                    liveKeys.put(place, Set.of(RelayDomains.PARAMETER, RelayDomains.FILE_PARAMETER));
                }
            } catch (ConfigurationError e) {
                throw new ConfigurationError(withoutSecrets(e.getMessage(), element));
            }
        }

        private boolean isLive(String place, String key) {
            return liveKeys.getOrDefault(place, Set.of()).contains(key);
        }

        /** A queue whose element is no longer in the file runs until the restart, and its limits hold where no other has them. */
        private AgreedSettings withThoseTakenOut() {
            said.replaceAll((queue, last) -> nowSaid.getOrDefault(queue, last.unlessLimitsOf(ofRunning)));
            AgreedSettings all = ofRunning;
            for (AgreedSettings each : said.values()) {
                all = all.orLimitsOf(each);
            }
            return all;
        }

        private void apply() {
            relayDomains.become(domains);
            if (!settings.isEmpty()) {
                deliveries.get().limit(withThoseTakenOut());
            }
            settings.forEach((queue, live) -> queues.getOrDefault(queue, nobody -> { }).accept(live));
        }
    }

    /** The log of a start is for the administrator's eyes; an answer over HTTP may be for more. */
    private static String withoutSecrets(String message, ContainerFile.Element element) {
        // Routes hold passwords among other things.
        String clean = PASSWORD_OPTION.matcher(message).replaceAll("$1(not shown)");
        Iterable<String> keys = () -> element.config().getInitParameterNames();
        for (String key : keys) {
            String value = element.config().getInitParameter(key);
            if (key.toLowerCase(Locale.US).contains("password") && value != null && !value.isBlank()) {
                clean = clean.replace(value, "(not shown)");
            }
        }
        return clean;
    }
}
