// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.operations;

import java.io.IOException;
import java.util.List;

import com.google.inject.ProvidedBy;
import org.postlane.james.ConfigurationError;
import org.postlane.james.MissingModule;

/** Reads the configuration again and applies what is safe to change in a running server. Safe for use by several threads. */
@FunctionalInterface
@ProvidedBy(MissingModule.class)
public interface Reload {
    /**
     * Compares the file with what is in force and applies the difference, all of it or nothing.
     *
     * @throws ConfigurationError where the server would not start with this file; names place, key, value and what was expected
     * @throws IOException where the file cannot be read or is no XML
     */
    Result reload() throws IOException;

    /** What came of it. Immutable. */
    final class Result {
        private final List<Change> applied;
        private final List<Change> needRestart;

        /** A result. */
        public Result(List<Change> applied, List<Change> needRestart) {
            this.applied = List.copyOf(applied);
            this.needRestart = List.copyOf(needRestart);
        }

        /** What differed and holds from now on. */
        public List<Change> applied() {
            return applied;
        }

        /** What differs from what is in force, and is only read when James starts; without values, which may be secrets. */
        public List<Change> needRestart() {
            return needRestart;
        }
    }

    /** A key with another value. Immutable. */
    final class Change {
        private final String where;
        private final String key;
        private final String before;
        private final String after;

        /** A change; the values are null where they are not to be told, and empty where the key is absent. */
        public Change(String where, String key, String before, String after) {
            this.where = where;
            this.key = key;
            this.before = before;
            this.after = after;
        }

        /** The element, as an administrator finds it. */
        public String where() {
            return where;
        }

        /** The key; empty where the whole element differs. */
        public String key() {
            return key;
        }

        /** The value until now; null where it is not told. */
        public String before() {
            return before;
        }

        /** The value of the file; null where it is not told. */
        public String after() {
            return after;
        }

        @Override
        public String toString() {
            return where + (key.isEmpty() ? "" : ", <" + key + ">") + (before == null ? "" : ": " + before + " -> " + after);
        }
    }
}
