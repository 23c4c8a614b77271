// SPDX-License-Identifier: Apache-2.0
package org.postlane.guice.durable;

import java.util.Arrays;
import java.util.Optional;

/** The databases that were tried. H2, which James can also use, lost mail that was committed when its process was killed. */
enum DatabaseKind {
    /** In this process, in a directory. */
    DERBY("jdbc:derby:", "org.apache.derby.jdbc.EmbeddedDriver", "derby(shutdownOnClose=false)", ""),
    /**
     * A server. Its driver waits for an answer without end unless told otherwise: a host that vanished would hold its threads.
     * 120 s are below the five minutes that an SMTP client waits for an answer to RCPT (RFC 5321 4.5.3.2.3).
     */
    POSTGRESQL("jdbc:postgresql:", "org.postgresql.Driver", "postgres",
        "connectTimeout=10;loginTimeout=10;socketTimeout=120;tcpKeepAlive=true;ApplicationName=postlane");

    private final String prefix;
    private final String driver;
    private final String dictionary;
    private final String connectionProperties;

    DatabaseKind(String prefix, String driver, String dictionary, String connectionProperties) {
        this.prefix = prefix;
        this.driver = driver;
        this.dictionary = dictionary;
        this.connectionProperties = connectionProperties;
    }

    static Optional<DatabaseKind> of(String url) {
        return Arrays.stream(values()).filter(kind -> url.startsWith(kind.prefix)).findFirst();
    }

    String driver() {
        return driver;
    }

    /** How OpenJPA calls it. */
    String dictionary() {
        return dictionary;
    }

    /** As the pool wants them: name=value, with semicolons between. What stands in the URL goes before. */
    String connectionProperties() {
        return connectionProperties;
    }
}
