// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Where a handler stands among the others of its listener; {@link ListenerCheck} sees to it. */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface Place {
    /** Which of them. */
    Step value();

    /** From the first to the last. */
    enum Step {
        /** Turns clients away before anything is said; what comes behind spends nothing on them. */
        CONNECTION,
        /** Turns away who has not logged in. */
        LOGIN,
        /** Looks at what is left: client and addresses. */
        CHECK,
        /** Counts what the others let pass. */
        COUNT,
        /** Decides about MAIL and RCPT; James asks no hook behind it. */
        DECISION
    }
}
