// SPDX-License-Identifier: Apache-2.0
package org.postlane.server;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.apache.commons.configuration2.HierarchicalConfiguration;
import org.apache.commons.configuration2.ex.ConfigurationException;
import org.apache.commons.configuration2.ex.ConversionException;
import org.apache.commons.configuration2.tree.ImmutableNode;
import org.apache.james.server.core.configuration.FileConfigurationProvider;

/**
 * A server that {@code conf/} switches on, as its element says it. What James says of a mistake there names neither the file nor
 * the listener, and often no key.
 *
 * @param protocol as the names of files and elements have it: {@code smtp}
 * @param settings the element
 */
record Listener(Path file, String protocol, HierarchicalConfiguration<ImmutableNode> settings) {
    /** With the ports that James takes where none is written. */
    private static final Map<String, Integer> PROTOCOLS =
        new TreeMap<>(Map.of("smtp", 25, "lmtp", 24, "pop3", 110, "imap", 143, "managesieve", 4190));

    /** All that are on, file by file. */
    static List<Listener> enabledIn(Home home) {
        List<Listener> listeners = new ArrayList<>();
        for (String protocol : PROTOCOLS.keySet()) {
            Path file = home.conf().resolve(protocol + "server.xml");
            if (Files.exists(file)) {
                read(file, protocol).stream().filter(listener -> listener.flag("[@enabled]", true)).forEach(listeners::add);
            }
        }
        return listeners;
    }

    private static List<Listener> read(Path file, String protocol) {
        try (InputStream in = Files.newInputStream(file)) {
            return FileConfigurationProvider.getConfig(in).configurationsAt(protocol + "server").stream()
                .map(settings -> new Listener(file, protocol, settings))
                .toList();
        } catch (ConfigurationException | IOException e) {
            throw StartError.because(file + " cannot be read", e);
        }
    }

    /** What stands there, or what James takes. */
    String bind() {
        return settings.getString("bind", "0.0.0.0:" + PROTOCOLS.get(protocol));
    }

    /** The value of a key, trimmed; {@code absent} where there is none. */
    String text(String key, String absent) {
        String value = settings.getString(key);
        return value == null ? absent : value.strip();
    }

    /** A value as James reads it: yes and on are true too. */
    boolean flag(String key, boolean absent) {
        try {
            return settings.getBoolean(key, absent);
        } catch (ConversionException e) {
            throw error(key, "true or false", e);
        }
    }

    /** The listener, as messages name it. */
    String where() {
        String name = text("jmxName", "");
        return file + (name.isEmpty() ? "" : ", listener " + name);
    }

    /** That the value of this key does not fit. */
    StartError error(String key, String expected, Throwable cause) {
        return new StartError(where() + ": " + written(key, settings.getString(key, "")) + ": expected " + expected, cause);
    }

    /** The same about a secret, which is not repeated. */
    StartError errorAboutSecret(String key, String expected, Throwable cause) {
        return new StartError(where() + ": " + written(key, "...") + ": expected " + expected, cause);
    }

    private String written(String key, String value) {
        int attribute = key.indexOf("[@");
        String path = attribute < 0 ? key : key.substring(0, attribute).replaceFirst("\\.$", "");
        String element = path.isEmpty() ? protocol + "server" : path.substring(path.lastIndexOf('.') + 1);
        return attribute < 0 ? "<" + element + ">" + value + "</" + element + ">"
            : "<" + element + " " + key.substring(attribute + 2, key.length() - 1) + "=\"" + value + "\">";
    }
}
