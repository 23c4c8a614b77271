// SPDX-License-Identifier: Apache-2.0
package org.postlane.route;

/**
 * Tells a domain that does not exist from one about which DNS could not be asked: James' resolver gives the same empty answer
 * for both, and a bounce must not come from a name server that was down. Safe to share.
 */
@FunctionalInterface
public interface AbsenceCheck {
    /** Whether DNS said with authority that the domain has neither MX nor address records. May block. */
    boolean isCertain(String domain);
}
