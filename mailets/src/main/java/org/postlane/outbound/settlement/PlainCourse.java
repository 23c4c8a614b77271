// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.settlement;

import java.util.List;
import java.util.function.BooleanSupplier;

/** Steps to which there is no other way. */
final class PlainCourse implements StepRunner.Course {
    private final String name;
    private final BooleanSupplier lost;
    private final List<Settlement.Step> steps;

    PlainCourse(String name, BooleanSupplier lost, List<Settlement.Step> steps) {
        this.name = name;
        this.lost = lost;
        this.steps = steps;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public boolean isLost() {
        return lost.getAsBoolean();
    }

    @Override
    public List<Settlement.Step> steps() {
        return steps;
    }
}
