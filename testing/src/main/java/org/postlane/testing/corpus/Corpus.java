// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing.corpus;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URL;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;

/** Reads the corpus from the jar {@code org.apache.james:apache-mime4j-core:0.8.9:tests} on the class path. */
public final class Corpus {
    /** How many messages that jar holds; a number that changes by itself would let mail go missing unseen. */
    public static final int SIZE = 80;
    private static final String A_MESSAGE = "testmsgs/basic-plain.msg";

    private Corpus() {
    }

    /**
     * All messages, sorted by name.
     *
     * @throws IllegalStateException when the jar is not on the class path or holds another number of messages
     */
    public static List<CorpusMessage> load() {
        URL url = Corpus.class.getClassLoader().getResource(A_MESSAGE);
        if (url == null) {
            throw new IllegalStateException("the corpus is not on the class path: apache-mime4j-core-0.8.9-tests.jar");
        }
        List<CorpusMessage> messages = new ArrayList<>();
        try {
            JarURLConnection connection = (JarURLConnection) url.openConnection();
            connection.setUseCaches(false);
            try (JarFile jar = connection.getJarFile()) {
                for (Enumeration<JarEntry> entries = jar.entries(); entries.hasMoreElements();) {
                    JarEntry entry = entries.nextElement();
                    if (entry.getName().endsWith(".msg")) {
                        messages.add(WireForm.of(entry.getName(), read(jar, entry)));
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the corpus cannot be read from " + url, e);
        }
        if (messages.size() != SIZE) {
            throw new IllegalStateException(url + " holds " + messages.size() + " messages instead of " + SIZE);
        }
        messages.sort((a, b) -> a.name().compareTo(b.name()));
        return List.copyOf(messages);
    }

    private static byte[] read(JarFile jar, JarEntry entry) throws IOException {
        try (InputStream in = jar.getInputStream(entry)) {
            return in.readAllBytes();
        }
    }
}
