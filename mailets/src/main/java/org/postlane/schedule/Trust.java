// SPDX-License-Identifier: Apache-2.0
package org.postlane.schedule;

/** What is known of a destination, and so how much of the whole it may use. */
enum Trust {
    /** It worked a moment ago. */
    WORKING,
    /** It has not been tried, or not lately. */
    UNKNOWN,
    /** It did not work when it was tried last. */
    FAILING
}
