// SPDX-License-Identifier: Apache-2.0
package org.postlane.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.util.NoSuchElementException;

import org.apache.james.core.quota.QuotaCountLimit;
import org.apache.james.core.quota.QuotaCountUsage;
import org.apache.james.mailbox.exception.MailboxException;
import org.apache.james.mailbox.exception.OverQuotaException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FailuresTest {
    private static MailboxException wrapped(Exception cause) {
        return new MailboxException("Save of message failed", new IllegalStateException("in JPA", cause));
    }

    @ParameterizedTest
    @ValueSource(strings = {"08001", "08006", "25006", "40001", "40XL1", "57014", "57P01", "57P03", "53300", "58030", "XJ040",
        "XSLA4"})
    void aDatabaseThatCannotBeReachedOrHasNoRoomIsAway(String state) {
        assertThat(Failures.storeIsAway(wrapped(new SQLException("said by the driver", state)))).isTrue();
    }

    @Test
    void aPoolThatHasNoConnectionToGiveIsAway() {
        assertThat(Failures.storeIsAway(wrapped(new SQLException("Cannot get a connection",
            new NoSuchElementException("Timeout waiting for idle object"))))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"22001", "23505", "42X01"})
    void aDatabaseThatAnswersIsNotAwayWhateverItSays(String state) {
        assertThat(Failures.storeIsAway(wrapped(new SQLException("said by the database", state)))).isFalse();
    }

    @Test
    void aMailboxThatFailsByItselfIsNoDatabaseThatIsAway() {
        assertThat(Failures.storeIsAway(new MailboxException("no"))).isFalse();
        assertThat(Failures.storeIsAway(wrapped(new SQLException("without a state")))).isFalse();
        assertThat(Failures.mayPass(wrapped(new OverQuotaException("full",
            QuotaCountLimit.count(1), QuotaCountUsage.count(2)))))
            .isFalse();
    }
}
