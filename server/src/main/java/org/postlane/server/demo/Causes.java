// SPDX-License-Identifier: Apache-2.0
package org.postlane.server.demo;

import java.util.Locale;

import org.postlane.testing.corpus.Deviation;

/** Says why a message arrived changed, where that is known. */
final class Causes {
    private Causes() {
    }

    static String of(Type type, Deviation deviation) {
        if (isOfFinalDelivery(type, deviation)) {
            return "a Return-Path that was in it gave way to the one that final delivery writes (RFC 5321, 4.4)";
        }
        return deviation.toString();
    }

    /** Whether it is no damage but what final delivery has to do. */
    static boolean isOfFinalDelivery(Type type, Deviation deviation) {
        boolean box = type == Type.LOCAL || type == Type.VIRTUAL;
        return box && deviation.kind() == Deviation.Kind.FIELD_REMOVED
            && deviation.detail().toLowerCase(Locale.ROOT).startsWith("return-path:");
    }
}
