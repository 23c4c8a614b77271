// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import java.util.List;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import org.slf4j.LoggerFactory;

/** Catches what Netty's leak detector reports. It looks for leaks when the next buffer is allocated after a collection. */
final class BufferLeaks {
    private static final int ALLOCATIONS = 64;
    private static final ListAppender<ILoggingEvent> REPORTS = new ListAppender<>();
    private static boolean watching;

    private BufferLeaks() {
    }

    static synchronized void watch() {
        if (!watching) {
            watching = true;
            if (ResourceLeakDetector.getLevel() != ResourceLeakDetector.Level.PARANOID) {
                ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
            }
            REPORTS.start();
            ((Logger) LoggerFactory.getLogger(ResourceLeakDetector.class)).addAppender(REPORTS);
        }
    }

    static List<String> reported() {
        synchronized (REPORTS) {
            return List.copyOf(REPORTS.list).stream().map(ILoggingEvent::getFormattedMessage)
                .filter(message -> message.contains("LEAK")).toList();
        }
    }

    static void forget() {
        REPORTS.list.clear();
    }

    static void provokeReports() {
        System.gc();
        System.runFinalization();
        for (int i = 0; i < ALLOCATIONS; i++) {
            ByteBuf buffer = PooledByteBufAllocator.DEFAULT.buffer();
            buffer.release();
        }
    }
}
