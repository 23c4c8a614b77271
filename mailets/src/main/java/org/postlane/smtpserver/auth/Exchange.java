// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.auth;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** One run of a mechanism, on the thread of its connection; it never blocks. */
interface Exchange {
    /** What the server says where the client has not sent an initial response; empty where the client begins. */
    byte[] opening();

    /** Whether the client may begin. CRAM-MD5 is begun by the server (RFC 4954 4). */
    default boolean takesInitialResponse() {
        return true;
    }

    /**
     * What follows a response. A future that fails means that nobody can tell at the moment.
     *
     * @param response the octets behind base64
     */
    CompletableFuture<Step> next(byte[] response);

    /** Whom it is about, for the log; empty while that is unknown. */
    Optional<String> claimed();
}
