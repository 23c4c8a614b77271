// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks.frame;

import java.io.Closeable;
import java.io.IOException;

/** Closes several things, whatever becomes of one of them. */
public final class Closing {
    private Closing() {
    }

    /**
     * Closes them in their order.
     *
     * @throws IOException the first failure, with those after it suppressed, when all have been closed
     */
    public static void all(Iterable<? extends Closeable> things) throws IOException {
        IOException failure = null;
        for (Closeable thing : things) {
            try {
                thing.close();
            } catch (IOException e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
