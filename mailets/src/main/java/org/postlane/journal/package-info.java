// SPDX-License-Identifier: Apache-2.0
/**
 * The delivery journal: what was delivered, recorded for each recipient before the queue item is done, so that a crash repeats at
 * most the transactions that were in flight. Knows no mail and no James: mails, items, recipients and steps are strings.
 */
package org.postlane.journal;
