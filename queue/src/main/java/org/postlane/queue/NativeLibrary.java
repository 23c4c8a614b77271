// SPDX-License-Identifier: Apache-2.0
package org.postlane.queue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.rocksdb.NativeLibraryLoader;
import org.rocksdb.RocksDB;

/**
 * RocksDB's native library, which its jar has for several systems. It has to lie in a file to be loaded: here, under one name,
 * where by itself each start would make another one in /tmp, which a process that is killed leaves behind.
 */
final class NativeLibrary {
    private static final String DIRECTORY = "native";
    private static boolean loaded;

    private NativeLibrary() {
    }

    /** Once in a process. */
    static synchronized void load(Path queues) throws IOException {
        if (loaded) {
            return;
        }
        Path directory = Files.createDirectories(queues.resolve(DIRECTORY));
        try {
            NativeLibraryLoader.getInstance().loadLibrary(directory.toString());
            RocksDB.loadLibrary();
            loaded = true;
        } catch (IOException | RuntimeException | LinkageError e) {
            throw new IOException("the native library of RocksDB cannot be loaded from " + directory + ", where it was put: it "
                + "needs Linux or macOS on x86-64 or AArch64 or another of those in its jar, 20 MB, and a file system from which "
                + "programs may be run (not mounted noexec): " + e, e);
        }
    }
}
