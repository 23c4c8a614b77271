// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing;

import java.util.ArrayList;
import java.util.List;

/** The transaction under way on one connection: what was asked for and what was granted. */
final class Envelope {
    private boolean mailTried;
    private boolean rcptTried;
    private String from;
    private String parameters = "";
    private final List<Recipient> recipients = new ArrayList<>();

    void mailTried() {
        mailTried = true;
    }

    void rcptTried() {
        rcptTried = true;
    }

    boolean wasMailTried() {
        return mailTried;
    }

    boolean wasRcptTried() {
        return rcptTried;
    }

    boolean isOpen() {
        return from != null;
    }

    void open(String sender, String given) {
        from = sender;
        parameters = given;
    }

    void add(Recipient recipient) {
        recipients.add(recipient);
    }

    String from() {
        return from == null ? "" : from;
    }

    String parameters() {
        return parameters;
    }

    List<Recipient> recipients() {
        return recipients;
    }
}
