// SPDX-License-Identifier: Apache-2.0
package org.postlane.server.demo;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.postlane.testing.corpus.Deviation;

class CausesTest {
    private final Deviation lostReturnPath = new Deviation(Deviation.Kind.FIELD_REMOVED, "Return-Path: <a@b>");

    @Test
    void finalDeliveryMayReplaceAReturnPath() {
        assertThat(Causes.of(Type.LOCAL, lostReturnPath)).contains("RFC 5321");
        assertThat(Causes.isOfFinalDelivery(Type.VIRTUAL, lostReturnPath)).isTrue();
    }

    @Test
    void nobodyElseMay() {
        assertThat(Causes.of(Type.RELAY, lostReturnPath)).isEqualTo("removed: Return-Path: <a@b>");
        assertThat(Causes.isOfFinalDelivery(Type.RELAY, lostReturnPath)).isFalse();
    }
}
