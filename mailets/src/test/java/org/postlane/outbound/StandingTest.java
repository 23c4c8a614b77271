// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;

import org.apache.mailet.base.MailAddressFixture;
import org.junit.jupiter.api.Test;
import org.postlane.schedule.Turn;
import org.postlane.smtp.Fault;
import org.postlane.smtp.RecipientResult;
import org.postlane.smtp.Reply;
import org.postlane.smtp.Results;

class StandingTest {
    private final List<String> said = new ArrayList<>();

    private final class Heard implements Turn {
        @Override
        public String destination() {
            return "a.test";
        }

        @Override
        public void worked() {
            said.add("worked");
        }

        @Override
        public void failed(String why) {
            said.add("failed");
        }

        @Override
        public void unused() {
            said.add("unused");
        }

        @Override
        public boolean again(String why) {
            said.add("again");
            return true;
        }

        @Override
        public void passTo(String other) {
            said.add("passed");
        }
    }

    private static Verdict verdict(RecipientResult result) {
        return new Verdict(MailAddressFixture.ANY_AT_JAMES, result, "host");
    }

    @Test
    void whoMayHaveTheMailDoesNotGetItAgainAtOnceBecauseTheNextTransactionMetA421() {
        Verdict ambiguous = verdict(Results.ambiguous());
        Verdict enough = verdict(RecipientResult.recorded(Fault.SESSION, new Reply(421, List.of("4.3.2 enough"))));
        for (List<Verdict> verdicts : List.of(List.of(ambiguous, enough), List.of(enough, ambiguous))) {
            assertThat(Standing.of(verdicts).end(new Heard(), true)).isFalse();
        }
        assertThat(Standing.of(List.of(enough)).end(new Heard(), true)).isTrue();
        assertThat(said).containsExactly("failed", "failed", "again");
    }
}
