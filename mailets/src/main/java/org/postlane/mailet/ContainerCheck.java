// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.inject.Inject;

import org.apache.commons.configuration2.HierarchicalConfiguration;
import org.apache.commons.configuration2.ex.ConfigurationException;
import org.apache.commons.configuration2.tree.ImmutableNode;
import org.apache.james.server.core.configuration.ConfigurationProvider;
import org.postlane.james.ConfigurationError;
import org.postlane.james.Nearest;
import org.postlane.james.Parameters;
import org.postlane.lane.LaneSettings;
import org.postlane.recipient.RecipientType;

/**
 * Looks at {@code mailetcontainer.xml} before James makes the first mailet, for what James tells without saying where: a class of
 * Postlane that does not exist, two processors of one name, and a processor that an element of Postlane names and that is not
 * there. Stateless.
 */
public final class ContainerCheck {
    /** Postlane's mailets and matchers, for who has misspelt one. */
    static final List<String> CLASSES = List.of("ApplySieve", "ClassifyRecipients", "DeliverByType", "FanOutLocalDelivery",
        "KeepInRepository", "NonDeliveryReport", "PooledRemoteDelivery", "RecipientTypeIs", "RewritePostmaster",
        "RewriteRecipients");

    private static final String FILE = "mailetcontainer";
    private static final String OURS = "org.postlane.";
    private static final String PACKAGE = ContainerCheck.class.getPackageName() + ".";
    private static final String LANE_PROCESSOR = "Processor";
    /** Parameters of Postlane's mailets that name a processor. */
    private static final List<String> NAMING = List.of("bounceProcessor", "onSuccess", "errorProcessor", "onMailetException");
    /** What {@code onMailetException} may say beside the name of a processor. */
    private static final Set<String> NO_PROCESSORS = Set.of("ignore", "propagate");

    private final Set<String> states = new TreeSet<>();
    private final Set<String> writtenLanes = new HashSet<>();

    /**
     * Looks.
     *
     * @throws ConfigurationError with file, processor, element and what was expected
     * @throws ConfigurationException where James cannot read the file either
     */
    @Inject
    public ContainerCheck(ConfigurationProvider configuration) throws ConfigurationException {
        List<HierarchicalConfiguration<ImmutableNode>> processors =
            configuration.getConfiguration(FILE).configurationsAt("processors.processor");
        processors.stream().map(ContainerCheck::state).forEach(this::addState);
        processors.forEach(processor -> elements(processor).forEach(element -> checkClasses(where(processor), element)));
        processors.forEach(processor -> elements(processor).filter(element -> isOurs(element, "[@class]"))
            .forEach(element -> checkNames(where(processor), element)));
        processors.forEach(processor -> elements(processor).filter(ContainerCheck::hasLanes)
            .forEach(element -> checkLanes(where(processor))));
    }

    private static String state(HierarchicalConfiguration<ImmutableNode> processor) {
        return processor.getString("[@state]", "");
    }

    private static String where(HierarchicalConfiguration<ImmutableNode> processor) {
        return FILE + ".xml, processor " + state(processor);
    }

    private static Stream<HierarchicalConfiguration<ImmutableNode>> elements(
            HierarchicalConfiguration<ImmutableNode> processor) {
        return processor.configurationsAt("mailet").stream();
    }

    private static boolean isOurs(HierarchicalConfiguration<ImmutableNode> element, String attribute) {
        return element.getString(attribute, "").startsWith(OURS);
    }

    private static boolean hasLanes(HierarchicalConfiguration<ImmutableNode> element) {
        return element.getString("[@class]", "").equals(DeliverByType.class.getName());
    }

    private void addState(String state) {
        if (!state.isEmpty() && !states.add(state)) {
            throw new ConfigurationError(FILE + ".xml: <processor state=\"" + state + "\"> stands there twice; expected one "
                + "processor of each name");
        }
    }

    private static void checkClasses(String where, HierarchicalConfiguration<ImmutableNode> element) {
        checkClass(where, "<mailet class=\"", element.getString("[@class]", ""), element.getString("[@class]", ""));
        for (String attribute : List.of("match", "notmatch")) {
            String written = element.getString("[@" + attribute + "]", "");
            // A condition stands behind the first equals sign.
            checkClass(where, "<mailet " + attribute + "=\"", written, written.replaceFirst("=.*", ""));
        }
    }

    private static void checkClass(String where, String element, String written, String name) {
        Optional<String> meant = CLASSES.stream().filter(known -> known.equalsIgnoreCase(name)).findFirst();
        if (meant.isPresent() && !isThere(name) && !isThere("org.apache.james.transport.mailets." + name)) {
            throw missing(where, element, written, meant);
        }
        if (name.startsWith(OURS) && !isThere(name)) {
            String simple = name.substring(name.lastIndexOf('.') + 1);
            throw missing(where, element, written, Nearest.meant(simple, CLASSES));
        }
    }

    private static boolean isThere(String name) {
        try {
            // Whatever James finds: its own classes, and those of all jars in extensions-jars.
            Class.forName(name, false, ContainerCheck.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        } catch (LinkageError e) {
            // It is there; James has more to say about what it lacks.
            return true;
        }
    }

    private static ConfigurationError missing(String where, String element, String written, Optional<String> meant) {
        return new ConfigurationError(where + ", " + element + written + "\">: there is no such class; expected one of James or "
            + "of a jar in extensions-jars/, with its package" + meant.map(name -> ", such as " + PACKAGE + name).orElse(""));
    }

    private void checkNames(String where, HierarchicalConfiguration<ImmutableNode> element) {
        String name = element.getString("[@class]");
        String place = where + ", mailet " + name.substring(name.lastIndexOf('.') + 1) + ": ";
        List<String> keys = new ArrayList<>(NAMING);
        if (hasLanes(element)) {
            lanes().keySet().forEach(key -> {
                keys.add(key);
                if (element.containsKey(key)) {
                    writtenLanes.add(key);
                }
            });
        }
        for (String key : keys) {
            String written = element.getString(key, "").trim();
            if (!written.isEmpty() && !NO_PROCESSORS.contains(written) && !states.contains(written)) {
                throw new ConfigurationError(place + "<" + key + ">" + written + "</" + key + ">: expected the name of a "
                    + "<processor> of this file, which are " + String.join(", ", states));
            }
        }
    }

    private void checkLanes(String where) {
        lanes().forEach((key, absent) -> {
            if (!writtenLanes.contains(key) && !states.contains(absent)) {
                throw new ConfigurationError(where + ", mailet DeliverByType: <" + key + "> is not written, which means " + absent
                    + ": expected a <processor> of that name, or another one in <" + key + ">; there are "
                    + String.join(", ", states));
            }
        });
    }

    /** The keys that name the processors of lanes, with what they mean where they are absent. */
    private static Map<String, String> lanes() {
        return Stream.of(RecipientType.values()).collect(Collectors.toMap(type -> type.asString() + LANE_PROCESSOR,
            type -> LaneSettings.read(new Parameters(FILE, Map.of()), type).processor()));
    }
}
