// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Every parameter of James' own RemoteDelivery, and what became of it. {@code docs/remote-delivery.md} has the same table for
 * administrators, and a test holds the two together.
 */
enum StockParameter {
    OUTGOING("outgoing", Fate.HONOURED),
    DELAY_TIME("delayTime", Fate.HONOURED),
    MAX_RETRIES("maxRetries", Fate.HONOURED),
    MAX_DNS_PROBLEM_RETRIES("maxDnsProblemRetries", Fate.HONOURED),
    TIMEOUT("timeout", Fate.HONOURED),
    CONNECTION_TIMEOUT("connectiontimeout", Fate.HONOURED),
    BOUNCE_PROCESSOR("bounceProcessor", Fate.HONOURED),
    ON_SUCCESS("onSuccess", Fate.HONOURED),
    START_TLS("startTLS", Fate.HONOURED),
    BIND("bind", Fate.HONOURED),
    GATEWAY("gateway", Fate.HONOURED),
    GATEWAY_PORT("gatewayPort", Fate.HONOURED),
    GATEWAY_USERNAME("gatewayUsername", Fate.REINTERPRETED,
        Texts.CREDENTIALS),
    GATEWAY_USERNAME_OF_2_3("gatewayusername", Fate.REINTERPRETED,
        Texts.CREDENTIALS),
    GATEWAY_PASSWORD("gatewayPassword", Fate.HONOURED),
    HELO_NAME("heloName", Fate.HONOURED),
    USE_PRIORITY("usePriority", Fate.HONOURED),
    LOAD_BALANCING("loadBalancing", Fate.HONOURED),
    VERIFY_SERVER_IDENTITY("verifyServerIdentity", Fate.REINTERPRETED,
        "false accepts any certificate, not only one for another name"),
    SSL_ENABLE("sslEnable", Fate.REINTERPRETED,
        "TLS from the first octet or no delivery: there is no second try in plain text on port 25"),
    SENDPARTIAL("sendpartial", Fate.REINTERPRETED,
        "always true: one refused recipient never keeps a mail from the others"),
    DEBUG("debug", Fate.REINTERPRETED,
        "set the level of the logger org.postlane instead; every outcome is logged by org.postlane.delivery"),
    DELIVERY_THREADS("deliveryThreads", Fate.DEAD,
        "stock James never read it either; connections are limited by <maxConnectionsPerHost> and <maxConnections>"),
    OUTGOING_QUEUE("outgoingQueue", Fate.DEAD,
        "stock James never read it either; the queue is named by <outgoing>");

    /** What happens to a key that is written. */
    enum Fate {
        /** It means what it meant. */
        HONOURED,
        /** It means something near, and a warning says what. */
        REINTERPRETED,
        /** It never meant anything, and a warning says so. */
        DEAD
    }

    /** Raw JavaMail properties, which have no JavaMail to go to, and the key that does the same. */
    private static final Map<String, String> JAVAMAIL = Map.ofEntries(
        Map.entry("timeout", "<timeout>"),
        Map.entry("writetimeout", "<timeout>"),
        Map.entry("connectiontimeout", "<connectiontimeout>"),
        Map.entry("localhost", "<heloName>"),
        Map.entry("localaddress", "<bind>"),
        Map.entry("host", "<gateway>"),
        Map.entry("port", "<gatewayPort>"),
        Map.entry("auth", "<gatewayUsername>"),
        Map.entry("user", "<gatewayUsername>"),
        Map.entry("auth.mechanisms", "<gatewayAuthMechanism>"),
        Map.entry("sasl.mechanisms", "<gatewayAuthMechanism>"),
        Map.entry("sasl.authorizationid", "<gatewayAuthorizationId>"),
        Map.entry("starttls.enable", "<tls>opportunistic</tls>"),
        Map.entry("starttls.required", "<tls>required</tls>"),
        Map.entry("ssl.enable", "<sslEnable>"),
        Map.entry("ssl.checkserveridentity", "<tls>verified</tls>"),
        Map.entry("ssl.trust", "<tls>required</tls>, which accepts any certificate"),
        Map.entry("sendpartial", "nothing: partial delivery is always on"));

    /** A holder of its own, because constants of an enum come before everything else in it. */
    private static final class Texts {
        private static final String CREDENTIALS = "sent over TLS with a verified certificate, unless <tls>, <startTLS>,"
            + " <sslEnable> or <gatewayAuthWithoutTls> say otherwise";
    }

    private final String key;
    private final Fate fate;
    private final String meaning;

    StockParameter(String key, Fate fate) {
        this(key, fate, "");
    }

    StockParameter(String key, Fate fate, String meaning) {
        this.key = key;
        this.fate = fate;
        this.meaning = meaning;
    }

    String key() {
        return key;
    }

    Fate fate() {
        return fate;
    }

    /** The warning for a key that is written; empty where it is honoured. */
    Optional<String> warning() {
        switch (fate) {
            case REINTERPRETED:
                return Optional.of("<" + key + "> is understood as: " + meaning);
            case DEAD:
                return Optional.of("<" + key + "> has no effect; " + meaning);
            default:
                return Optional.empty();
        }
    }

    /** What to write instead of a raw JavaMail property such as {@code mail.smtp.timeout}; empty for any other key. */
    static Optional<String> insteadOfJavaMail(String key) {
        if (!key.startsWith("mail.")) {
            return Optional.empty();
        }
        String property = key.replaceFirst("^mail\\.(smtps?\\.)?", "");
        return Optional.of("JavaMail is not used. Expected instead: "
            + JAVAMAIL.getOrDefault(property, "no such key; one of "
                + Arrays.stream(values()).map(StockParameter::key).collect(Collectors.joining(", "))));
    }
}
