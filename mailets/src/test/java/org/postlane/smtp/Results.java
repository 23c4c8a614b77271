// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import java.io.IOException;

/** Results that only a connection makes, for the tests of other packages. */
public final class Results {
    private Results() {
    }

    /** The connection broke after the final dot. */
    public static RecipientResult ambiguous() {
        return RecipientResult.of(Failure.ambiguous(new IOException("gone after the final dot")));
    }
}
