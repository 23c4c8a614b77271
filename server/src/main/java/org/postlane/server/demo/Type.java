// SPDX-License-Identifier: Apache-2.0
package org.postlane.server.demo;

/** The four recipient types, each with the recipient that stands for it in the demonstration. */
enum Type {
    LOCAL("alice@" + World.DOMAIN, "POP3"),
    VIRTUAL("sales@" + World.DOMAIN, "POP3"),
    RELAY("corpus@" + World.RELAY_DOMAIN, "SMTP"),
    EXTERNAL("corpus@" + World.EXTERNAL_DOMAIN, "SMTP");

    private final String recipient;
    private final String seenOver;

    Type(String recipient, String seenOver) {
        this.recipient = recipient;
        this.seenOver = seenOver;
    }

    String recipient() {
        return recipient;
    }

    /** The protocol over which its mail is seen to arrive. */
    String seenOver() {
        return seenOver;
    }

    /** As tables show it. */
    String label() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
