// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.parsers.SAXParserFactory;

import org.apache.commons.configuration2.HierarchicalConfiguration;
import org.apache.commons.configuration2.ex.ConfigurationException;
import org.apache.commons.configuration2.ex.ConfigurationRuntimeException;
import org.apache.commons.configuration2.tree.ImmutableNode;
import org.apache.james.filesystem.api.FileSystem;
import org.apache.james.mailetcontainer.impl.MailetConfigImpl;
import org.apache.james.server.core.configuration.Configuration;
import org.apache.james.server.core.configuration.ConfigurationProvider;
import org.apache.mailet.MailetConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xml.sax.SAXException;
import org.xml.sax.helpers.DefaultHandler;

/**
 * {@code mailetcontainer.xml} as James reads it, as places with keys and values, to compare two of them. A mailet's place is its
 * processor, its class, and its number among those of its class there, so that a mailet in front of it does not make it another
 * one. Immutable.
 */
final class ContainerFile {
    private static final Logger LOGGER = LoggerFactory.getLogger(ContainerFile.class);
    private static final String NAME = "mailetcontainer.xml";
    private static final String PROCESSOR = "processors.processor";
    private static final String MAILET = "mailet";
    private static final String CLASS = "[@class]";

    /** A mailet as the file has it. Immutable. */
    static final class Element {
        private final String className;
        private final MailetConfig config;

        private Element(String className, HierarchicalConfiguration<ImmutableNode> configuration) {
            MailetConfigImpl read = new MailetConfigImpl();
            read.setMailetName(className);
            read.setConfiguration(configuration);
            this.className = className;
            this.config = read;
        }

        boolean isA(Class<?> mailet) {
            return className.equals(mailet.getName());
        }

        /** Without a context: for reading parameters alone. */
        MailetConfig config() {
            return config;
        }

        /** Whether the other one says the same; James tells no mailet where it stands. */
        private boolean saysWhat(MailetConfig other) {
            return Objects.equals(className, other.getMailetName()) && values(config).equals(values(other));
        }

        private static Map<String, String> values(MailetConfig config) {
            Map<String, String> values = new HashMap<>();
            Iterable<String> names = config::getInitParameterNames;
            names.forEach(name -> values.put(name, config.getInitParameter(name)));
            return values;
        }
    }

    private final Map<String, Map<String, String>> places = new LinkedHashMap<>();
    private final Map<String, Element> elements = new LinkedHashMap<>();

    private ContainerFile() {
    }

    /** Where the file is. Immutable. */
    static final class Source {
        private final ConfigurationProvider provider;
        private final FileSystem files;
        private final String url;

        /**
         * A file of James'.
         *
         * @param path of the directory in which James finds it
         */
        Source(ConfigurationProvider provider, FileSystem files, Configuration.ConfigurationPath path) {
            this.provider = provider;
            this.files = files;
            this.url = path.asString() + NAME;
        }

        /**
         * Reads the file.
         *
         * @throws IOException where there is none, or it is no configuration of mailets
         */
        ContainerFile read() throws IOException {
            try (InputStream octets = files.getResource(url)) {
                // The parser behind James' provider prints what is wrong to the console before it throws; this one only throws.
                SAXParserFactory.newInstance().newSAXParser().parse(octets, new DefaultHandler());
            } catch (FileNotFoundException e) {
                // James may have its configuration from elsewhere.
                LOGGER.debug("There is no file {}", url, e);
            } catch (SAXException | ParserConfigurationException e) {
                throw noXml(e);
            }
            return ContainerFile.read(provider);
        }
    }

    private static ContainerFile read(ConfigurationProvider provider) throws IOException {
        try {
            // It is read from disk at each call: James' provider keeps nothing.
            HierarchicalConfiguration<ImmutableNode> root = provider.getConfiguration("mailetcontainer");
            List<HierarchicalConfiguration<ImmutableNode>> processors = root.configurationsAt(PROCESSOR);
            if (processors.isEmpty()) {
                throw new IOException(NAME + ": expected a file with <processors> and at least one <processor>");
            }
            ContainerFile file = new ContainerFile();
            file.places.put(NAME, values(root, key -> !key.startsWith(PROCESSOR)));
            processors.forEach(file::add);
            return file;
        } catch (ConfigurationException | ConfigurationRuntimeException e) {
            throw noXml(e);
        }
    }

    private static IOException noXml(Exception e) {
        return new IOException(NAME + ": expected well-formed XML: " + innermost(e), e);
    }

    private static String innermost(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null && cause.getCause() != cause) {
            cause = cause.getCause();
        }
        return String.valueOf(cause.getMessage());
    }

    private void add(HierarchicalConfiguration<ImmutableNode> processor) {
        String where = NAME + ", processor " + processor.getString("[@state]");
        Map<String, String> own = values(processor, key -> !key.equals(MAILET) && !key.startsWith(MAILET + ".")
            && !key.startsWith(MAILET + "["));
        List<String> order = new ArrayList<>();
        Map<String, Integer> numbers = new HashMap<>();
        for (HierarchicalConfiguration<ImmutableNode> mailet : processor.configurationsAt(MAILET)) {
            String className = String.valueOf(mailet.getString(CLASS));
            int number = numbers.merge(className, 1, Integer::sum);
            String place = where + ", mailet " + className.substring(className.lastIndexOf('.') + 1)
                + (number == 1 ? "" : " number " + number);
            order.add(className);
            places.put(place, values(mailet, key -> true));
            elements.put(place, new Element(className, mailet));
        }
        own.put("the order of its mailets", String.join(", ", order));
        places.put(where, own);
    }

    private static Map<String, String> values(HierarchicalConfiguration<ImmutableNode> node, Predicate<String> wanted) {
        Map<String, String> values = new LinkedHashMap<>();
        for (Iterator<String> keys = node.getKeys(); keys.hasNext();) {
            String key = keys.next();
            if (wanted.test(key)) {
                values.put(key, String.join(",", Arrays.asList(node.getStringArray(key))));
            }
        }
        return values;
    }

    /** Keys and values by place. */
    Map<String, Map<String, String>> places() {
        return places;
    }

    /** The mailets by place. */
    Map<String, Element> elements() {
        return elements;
    }

    /** The place of the one mailet that says what this one does; empty where there are several, or none. */
    Optional<String> placeOf(MailetConfig mailet) {
        List<String> found = new ArrayList<>();
        elements.forEach((place, element) -> {
            if (element.saysWhat(mailet)) {
                found.add(place);
            }
        });
        return found.size() == 1 ? Optional.of(found.get(0)) : Optional.empty();
    }
}
