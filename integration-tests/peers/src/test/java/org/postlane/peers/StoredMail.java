// SPDX-License-Identifier: Apache-2.0
package org.postlane.peers;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.ArrayList;
import java.util.List;

/** A mail as a server stored it. Each char of its text is one octet. */
final class StoredMail {
    private final String text;

    StoredMail(byte[] octets) {
        this.text = new String(octets, ISO_8859_1);
    }

    /** The whole of it. */
    String text() {
        return text;
    }

    /** Whether its envelope's sender was this mailbox; empty for the null sender. */
    boolean isFrom(String mailbox) {
        return text.substring(0, Math.max(0, text.indexOf('\n'))).equalsIgnoreCase("Return-Path: <" + mailbox + ">");
    }

    /** The names of the header fields that stand in front of {@code rest}, which this mail must end with. */
    List<String> fieldsInFrontOf(String rest) {
        List<String> names = new ArrayList<>();
        for (String line : text.substring(0, text.length() - rest.length()).split("\n")) {
            if (!line.startsWith(" ") && !line.startsWith("\t")) {
                names.add(line.substring(0, Math.max(0, line.indexOf(':'))));
            }
        }
        return names;
    }

    @Override
    public String toString() {
        return text;
    }
}
