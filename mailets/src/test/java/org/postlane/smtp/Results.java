// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import java.io.IOException;
import java.util.List;

/** Results that only a connection makes, for the tests of other packages. */
public final class Results {
    private Results() {
    }

    /** The content was taken. */
    public static RecipientResult delivered() {
        return RecipientResult.delivered(new Reply(250, List.of("2.0.0 ok")), false);
    }

    /** The connection broke after the final dot. */
    public static RecipientResult ambiguous() {
        return RecipientResult.of(Failure.ambiguous(new IOException("gone after the final dot")));
    }
}
