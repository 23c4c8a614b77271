// SPDX-License-Identifier: Apache-2.0
/**
 * From the verdicts on a mail's recipients to a queue that has let go of it: reports, dead letters, the way back, each as a step
 * that is repeated until it is done, and written down so that a crash does not repeat it. Begin with
 * {@link org.postlane.outbound.settlement.Settlement}.
 */
package org.postlane.outbound.settlement;
