// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks.peers;

import java.util.LinkedHashMap;
import java.util.Map;

import org.postlane.benchmarks.james.CountedNull;

/** The mailet that a James under measurement has at the end of its way. */
public enum Delivery {
    /** James' own. It has as many threads as its scheduler: ten for each core. */
    STOCK {
        @Override
        Map<String, String> keys(Relay relay) {
            Map<String, String> keys = gateway(relay);
            if (relay.tls()) {
                keys.put("startTLS", "true");
                keys.put("verifyServerIdentity", "false");
                keys.put("mail.smtp.ssl.trust", "*");
            }
            return keys;
        }

        @Override
        String mailet() {
            return "RemoteDelivery";
        }
    },
    /** That of this project. */
    POSTLANE {
        @Override
        Map<String, String> keys(Relay relay) {
            Map<String, String> keys = gateway(relay);
            if (relay.byMx()) {
                // Everything else as whoever installs it gets it.
                keys.put("mxPort", Integer.toString(relay.port()));
                keys.putAll(relay.postlaneKeys());
                return keys;
            }
            keys.put("tls", relay.tls() ? "required" : "none");
            keys.put("maxConnectionsPerHost", Integer.toString(relay.connections()));
            keys.putAll(relay.postlaneKeys());
            return keys;
        }

        @Override
        String mailet() {
            return "org.postlane.mailet.PooledRemoteDelivery";
        }
    },
    /** None, in a James that has the bundle. */
    DISCARDING {
        @Override
        Map<String, String> keys(Relay relay) {
            return Map.of();
        }

        @Override
        String mailet() {
            return CountedNull.class.getName();
        }
    };

    abstract String mailet();

    abstract Map<String, String> keys(Relay relay);

    boolean needsBundle() {
        return this != STOCK;
    }

    private static Map<String, String> gateway(Relay relay) {
        Map<String, String> keys = new LinkedHashMap<>();
        keys.put("outgoing", "outgoing");
        if (!relay.byMx()) {
            keys.put("gateway", "127.0.0.1");
            keys.put("gatewayPort", Integer.toString(relay.port()));
        }
        keys.put("bounceProcessor", "bounces");
        return keys;
    }

    /** Its element in {@code mailetcontainer.xml}. */
    String element(Relay relay) {
        StringBuilder element = new StringBuilder("<mailet match=\"All\" class=\"" + mailet() + "\">");
        keys(relay).forEach((key, value) -> element.append('<').append(key).append('>').append(escaped(value))
            .append("</").append(key).append('>'));
        return element.append("</mailet>").toString();
    }

    private static String escaped(String value) {
        return value.replace("&", "&amp;").replace("<", "&lt;");
    }
}
