// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

/** What is spoken over a connection. Part of what makes two sessions different: they never share a connection. */
public enum Protocol {
    /** RFC 5321: one reply to the content, for all recipients together. */
    SMTP("EHLO"),
    /** RFC 2033: as SMTP with extensions, but with one reply to the content for each recipient that was accepted. */
    LMTP("LHLO");

    private final String hello;

    Protocol(String hello) {
        this.hello = hello;
    }

    /** The command that begins a session and asks for the server's extensions. */
    String hello() {
        return hello;
    }
}
