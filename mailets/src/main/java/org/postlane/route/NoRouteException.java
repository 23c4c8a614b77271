// SPDX-License-Identifier: Apache-2.0
package org.postlane.route;

/** No host is known that takes mail for a domain. */
public final class NoRouteException extends Exception {
    private static final long serialVersionUID = 1L;

    /** Why there is none. */
    public enum Kind {
        /** DNS gave no answer, or one that may be another in a while. */
        TEMPORARY,
        /** DNS says with certainty that there is no such mail domain. */
        ABSENT,
        /** The domain says that it takes no mail (null MX, RFC 7505). */
        REFUSED
    }

    private final Kind kind;

    /**
     * No route.
     *
     * @param message begins with the enhanced status code of RFC 3463 that a report shall carry
     */
    public NoRouteException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    /** Why. */
    public Kind kind() {
        return kind;
    }
}
