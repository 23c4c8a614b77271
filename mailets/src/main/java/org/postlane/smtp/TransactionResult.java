// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import java.util.List;

/** What became of each recipient of one transaction, in the order of the envelope. Immutable. */
public final class TransactionResult {
    private final List<RecipientResult> recipients;

    TransactionResult(List<RecipientResult> recipients) {
        this.recipients = List.copyOf(recipients);
    }

    /** One result for each recipient of the envelope, in its order. */
    public List<RecipientResult> recipients() {
        return recipients;
    }

    @Override
    public String toString() {
        return recipients.toString();
    }
}
