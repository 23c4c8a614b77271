// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing;

import java.util.ArrayList;
import java.util.List;

/** The transaction under way on one connection: what was asked for and what was granted. */
final class Envelope {
    private boolean mailTried;
    private boolean rcptTried;
    private boolean dataTried;
    private boolean utf8;
    private String from;
    private String parameters = "";
    private final List<Recipient> recipients = new ArrayList<>();
    private ChunkedContent chunks;

    /** MAIL was said, whatever was answered. */
    void mailTried(String given) {
        mailTried = true;
        utf8 = ParameterCheck.has(given, "SMTPUTF8");
    }

    void rcptTried() {
        rcptTried = true;
    }

    void dataTried() {
        dataTried = true;
    }

    boolean wasMailTried() {
        return mailTried;
    }

    boolean wasRcptTried() {
        return rcptTried;
    }

    boolean wasDataTried() {
        return dataTried;
    }

    /** Whether the last MAIL had SMTPUTF8 (RFC 6531, 3.4). */
    boolean isUtf8() {
        return utf8;
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

    /** The value of BODY in upper case; 7BIT where there is none (RFC 6152, 3). */
    String body() {
        String value = ParameterCheck.value(parameters, "BODY");
        return value.isEmpty() ? "7BIT" : value;
    }

    List<Recipient> recipients() {
        return recipients;
    }

    /** Whether BDAT was said. */
    boolean isChunked() {
        return chunks != null;
    }

    /** What has come by BDAT. */
    ChunkedContent chunks() {
        if (chunks == null) {
            chunks = new ChunkedContent();
        }
        return chunks;
    }
}
