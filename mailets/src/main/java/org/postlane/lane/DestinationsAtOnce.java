// SPDX-License-Identifier: Apache-2.0
package org.postlane.lane;

import org.apache.mailet.Attribute;
import org.apache.mailet.AttributeName;
import org.apache.mailet.AttributeValue;

/** The attribute by which a lane tells the outbound engine to how many destinations at once one mail may go. Stateless. */
final class DestinationsAtOnce {
    /** Read by the outbound engine, which defines it. */
    static final AttributeName NAME = AttributeName.of("postlane-destinations-at-once");
    /** As Postfix has deliveries to one destination, so that no mail counts for more than one. */
    static final int DEFAULT = 20;
    /** All the places at destinations that there are by default. */
    static final int MOST = 1000;

    private DestinationsAtOnce() {
    }

    static Attribute of(int number) {
        return new Attribute(NAME, AttributeValue.of(number));
    }
}
