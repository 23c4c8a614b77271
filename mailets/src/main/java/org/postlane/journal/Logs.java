// SPDX-License-Identifier: Apache-2.0
package org.postlane.journal;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one logger of the journal, under the name of what an administrator knows. */
final class Logs {
    static final Logger LOG = LoggerFactory.getLogger(DeliveryJournal.class);

    private Logs() {
    }
}
