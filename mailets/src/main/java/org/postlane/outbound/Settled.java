// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound;

import java.time.Duration;
import java.util.List;

/** What came of one turn of a mail: verdicts, a division by route, or nothing because no connection was free. Immutable. */
final class Settled {
    private final List<Verdict> verdicts;
    private final List<RoutePlan.Group> parts;
    private final Duration postponed;

    private Settled(List<Verdict> verdicts, List<RoutePlan.Group> parts, Duration postponed) {
        this.verdicts = List.copyOf(verdicts);
        this.parts = List.copyOf(parts);
        this.postponed = postponed;
    }

    static Settled attempted(List<Verdict> verdicts) {
        return new Settled(verdicts, List.of(), null);
    }

    static Settled split(List<RoutePlan.Group> parts) {
        return new Settled(List.of(), parts, null);
    }

    static Settled postponed(Duration delay) {
        return new Settled(List.of(), List.of(), delay);
    }

    List<Verdict> verdicts() {
        return verdicts;
    }

    /** The groups that become mails of their own; empty where the mail was not divided. */
    List<RoutePlan.Group> parts() {
        return parts;
    }

    /** After how long the mail comes back without having been tried; null where it was. */
    Duration postponed() {
        return postponed;
    }
}
