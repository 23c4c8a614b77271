// SPDX-License-Identifier: Apache-2.0
package org.postlane.james;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

import org.apache.commons.text.similarity.LevenshteinDistance;

/** What somebody may have meant who wrote something else. Stateless. */
public final class Nearest {
    /** More letters than this are another word. */
    private static final int MOST_MISSPELT = 4;

    private Nearest() {
    }

    /** The word that fewest changes of a letter make of {@code written}; case does not count. Empty where there are no words. */
    public static Optional<String> to(String written, Collection<String> words) {
        return words.stream().min(Comparator.comparingInt(word -> distance(written, word)));
    }

    /** The same, where it may be meant: empty where more than four letters have to be changed. */
    public static Optional<String> meant(String written, Collection<String> words) {
        return to(written, words).filter(nearest -> distance(written, nearest) <= MOST_MISSPELT);
    }

    /** So many letters have to be changed, added or left out. */
    public static int distance(String one, String other) {
        return LevenshteinDistance.getDefaultInstance().apply(one.toLowerCase(Locale.US), other.toLowerCase(Locale.US));
    }
}
