// SPDX-License-Identifier: Apache-2.0
package org.postlane.server.demo;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.parsers.SAXParserFactory;

import org.postlane.server.StartError;
import org.xml.sax.Attributes;
import org.xml.sax.SAXException;
import org.xml.sax.helpers.DefaultHandler;

/** Servers that {@code conf/} names: the demonstration's mail would go there, and not to its own. */
final class ServersElsewhere {
    private static final Set<String> NAMING = Set.of("gateway", "routes");

    private ServersElsewhere() {
    }

    /** @throws StartError where there is one */
    static void refuse(Path conf) {
        Path file = conf.resolve("mailetcontainer.xml");
        try {
            SAXParserFactory.newInstance().newSAXParser().parse(file.toFile(), new DefaultHandler() {
                @Override
                public void startElement(String uri, String localName, String name, Attributes attributes) {
                    if (NAMING.contains(name)) {
                        throw new StartError(file + ": <" + name + ">: expected none for the demonstration, whose mail would go"
                            + " there; ./postlane serve takes it");
                    }
                }
            });
        } catch (SAXException | IOException | ParserConfigurationException e) {
            throw new StartError(file + ": expected a file of XML that can be read: " + e.getMessage(), e);
        }
    }
}
