// SPDX-License-Identifier: Apache-2.0
package org.postlane.james;

import com.google.inject.ProvidedBy;

/**
 * Whether James has finished starting. Mailets are initialised while other processors are still missing and other
 * mailets have not yet registered what they share: work that reaches beyond its own mailet waits for this.
 *
 * <p>Safe to call from any thread.
 */
@FunctionalInterface
@ProvidedBy(MissingModule.class)
public interface ServerStarted {
    /** True from the moment in which every component of James runs until it is told to stop. */
    boolean isStarted();
}
