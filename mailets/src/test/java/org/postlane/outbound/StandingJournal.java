// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound;

import org.postlane.outbound.settlement.RecordsUnderWay;

/** An engine whose journal seems to have as much to write as it may. */
public final class StandingJournal {
    private StandingJournal() {
    }

    public static Runnable of(OutboundEngine engine) {
        for (int i = 0; i < RecordsUnderWay.MOST; i++) {
            engine.recordsUnderWay().began();
        }
        return () -> engine.recordsUnderWay().ended(1);
    }
}
