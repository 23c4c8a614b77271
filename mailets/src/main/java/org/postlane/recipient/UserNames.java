// SPDX-License-Identifier: Apache-2.0
package org.postlane.recipient;

import org.apache.james.core.MailAddress;
import org.apache.james.core.Username;

/** Which addresses can be the name of a user of James. Stateless. */
public final class UserNames {
    private UserNames() {
    }

    /** James has no user names with a quoted "@" or over 255 characters: such an address has neither user nor mapping. */
    public static boolean canBe(MailAddress address) {
        return !address.getLocalPart().contains("@")
            && address.asString().length() <= Username.MAXIMUM_MAIL_ADDRESS_LENGTH;
    }
}
