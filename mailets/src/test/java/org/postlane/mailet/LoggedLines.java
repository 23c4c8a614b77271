// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import java.util.List;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import org.slf4j.LoggerFactory;

/** What is logged from its beginning until it is closed. */
final class LoggedLines implements AutoCloseable {
    private final Logger logger;
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

    private LoggedLines(Logger logger) {
        this.logger = logger;
    }

    /** What this logger says from now on, at this level or above. */
    static LoggedLines of(String name, Level level) {
        LoggedLines begun = new LoggedLines((Logger) LoggerFactory.getLogger(name));
        begun.lines.start();
        begun.logger.setLevel(level);
        begun.logger.addAppender(begun.lines);
        return begun;
    }

    /** The lines so far in which this stands. */
    List<String> containing(String text) {
        List<ILoggingEvent> soFar;
        // The list is a plain one, and whoever logs holds this lock.
        synchronized (lines) {
            soFar = List.copyOf(lines.list);
        }
        return soFar.stream().map(ILoggingEvent::getFormattedMessage).filter(line -> line.contains(text))
            .toList();
    }

    @Override
    public void close() {
        logger.detachAppender(lines);
        logger.setLevel(null);
    }
}
