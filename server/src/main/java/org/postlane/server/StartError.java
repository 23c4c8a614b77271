// SPDX-License-Identifier: Apache-2.0
package org.postlane.server;

import java.util.Map;
import java.util.Optional;

/** The server cannot start; the message is for the person who started it. */
public final class StartError extends RuntimeException {
    /** Classes of James that read a file, by the beginning of their names. */
    private static final Map<String, String> READERS = Map.of(
        "org.apache.james.smtpserver.netty.SMTPServer", "smtpserver.xml",
        "org.apache.james.lmtpserver.netty.LMTPServer", "lmtpserver.xml",
        "org.apache.james.imapserver.netty.IMAPServer", "imapserver.xml",
        "org.apache.james.pop3server.netty.POP3Server", "pop3server.xml",
        "org.apache.james.managesieveserver.netty.ManageSieveServer", "managesieveserver.xml",
        "org.apache.james.mailetcontainer.", "mailetcontainer.xml",
        "org.apache.james.domainlist.lib.", "domainlist.xml",
        "org.apache.james.dnsservice.dnsjava.", "dnsservice.xml",
        "org.apache.james.modules.server.WebAdmin", "webadmin.properties");

    /** @param message file, key, value and what was expected */
    public StartError(String message) {
        super(message);
    }

    /** @param message file, key, value and what was expected */
    public StartError(String message, Throwable cause) {
        super(message, cause);
    }

    /** An error whose message names the innermost cause: frameworks wrap the sentence that matters several times over. */
    static StartError because(String what, Throwable error) {
        Throwable innermost = error;
        while (innermost.getCause() != null && innermost.getCause() != innermost) {
            innermost = innermost.getCause();
        }
        String message = innermost.getMessage();
        // A sentence speaks for itself; the lone name in a ClassNotFoundException does not.
        boolean sentence = message != null && message.indexOf(' ') > 0;
        String reason = sentence ? message : innermost.toString();
        String file = file(error).filter(name -> !reason.contains(name)).map(name -> name + ": ").orElse("");
        return new StartError(what + ": " + file + reason, error);
    }

    /** The file of conf/ with which James was busy: it reads some without ever naming them. */
    private static Optional<String> file(Throwable error) {
        for (Throwable cause = error; cause != null; cause = cause.getCause() == cause ? null : cause.getCause()) {
            for (StackTraceElement frame : cause.getStackTrace()) {
                Optional<String> file = READERS.entrySet().stream()
                    .filter(reader -> frame.getClassName().startsWith(reader.getKey())).map(Map.Entry::getValue).findFirst();
                if (file.isPresent()) {
                    return file;
                }
            }
        }
        return Optional.empty();
    }

    /** The same error when these have been closed, in order; an error of one is never told in the place of this one. */
    StartError closing(Runnable... closes) {
        for (Runnable close : closes) {
            try {
                close.run();
            } catch (RuntimeException | LinkageError e) {
                addSuppressed(e);
            }
        }
        return this;
    }
}
