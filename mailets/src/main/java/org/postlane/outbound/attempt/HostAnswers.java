// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.attempt;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;

import org.postlane.outbound.mail.Passage;
import org.postlane.smtp.RecipientResult;

/** What one host has answered about each recipient, by position, and over which connection. For one thread at a time. */
final class HostAnswers {
    private final RecipientResult[] results;
    private final Passage[] passages;
    private Passage passage;

    /** No answers about so many recipients. */
    HostAnswers(int recipients) {
        this.results = new RecipientResult[recipients];
        this.passages = new Passage[recipients];
    }

    /** Answers come by this connection from now on; null where there is none. */
    void come(Passage by) {
        passage = by;
    }

    /** Those that come now are due to a connection whose end others have answered for. */
    void comeWithoutBlame() {
        passage = passage.withoutBlame();
    }

    void set(int position, RecipientResult result) {
        results[position] = result;
        passages[position] = passage;
    }

    /** The same about those at these positions who have no answer. */
    void setThose(List<Integer> positions, RecipientResult result) {
        for (int position : positions) {
            if (results[position] == null) {
                set(position, result);
            }
        }
    }

    /** The same about all who have no answer. */
    void setTheRest(RecipientResult result) {
        for (int position = 0; position < results.length; position++) {
            if (results[position] == null) {
                set(position, result);
            }
        }
    }

    /** Whether nobody has an answer. */
    boolean isEmpty() {
        return Arrays.stream(results).allMatch(Objects::isNull);
    }

    /** By position, to be looked at where there was a question. */
    RecipientResult[] results() {
        return results;
    }

    /** The connection that the answer at this position came by; null where there was none. */
    Passage passage(int position) {
        return passages[position];
    }
}
