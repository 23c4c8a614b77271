// SPDX-License-Identifier: Apache-2.0
package org.postlane.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.parsers.SAXParserFactory;

import org.xml.sax.InputSource;
import org.xml.sax.SAXException;
import org.xml.sax.SAXParseException;
import org.xml.sax.helpers.DefaultHandler;

/** Looks whether the files of {@code conf/} are XML at all: what James says of one that is not names neither file nor line. */
final class ConfSyntax {
    /** Those that James reads; what else lies there is somebody's copy, or a part of one of these. */
    static final List<String> FILES = List.of("dnsservice.xml", "domainlist.xml", "imapserver.xml", "listeners.xml",
        "lmtpserver.xml", "logback.xml", "mailetcontainer.xml", "mailrepositorystore.xml", "managesieveserver.xml",
        "pop3server.xml", "recipientrewritetable.xml", "smtpserver.xml", "usersrepository.xml");

    private ConfSyntax() {
    }

    /** @throws StartError with file and line */
    static void check(Path conf) {
        for (Path file : FILES.stream().map(conf::resolve).filter(Files::exists).toList()) {
            try (InputStream in = Files.newInputStream(file)) {
                SAXParserFactory.newInstance().newSAXParser().parse(in, new WithoutEntities());
            } catch (SAXParseException e) {
                throw new StartError(file + ", line " + e.getLineNumber() + ": " + e.getMessage(), e);
            } catch (SAXException | IOException | ParserConfigurationException e) {
                throw new StartError(file + ": expected a file of XML that can be read: " + e.getMessage(), e);
            }
        }
    }

    /** Fetches nothing that a file names; keeps errors from standard error, where the parser would print them. */
    private static final class WithoutEntities extends DefaultHandler {
        @Override
        public InputSource resolveEntity(String publicId, String systemId) {
            return new InputSource(new StringReader(""));
        }

        @Override
        public void fatalError(SAXParseException error) throws SAXException {
            throw error;
        }
    }
}
