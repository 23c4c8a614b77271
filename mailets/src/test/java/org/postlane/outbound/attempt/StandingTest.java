// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.attempt;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;

import org.apache.mailet.base.MailAddressFixture;
import org.junit.jupiter.api.Test;
import org.postlane.outbound.mail.Passage;
import org.postlane.outbound.mail.Verdict;
import org.postlane.schedule.Turn;
import org.postlane.smtp.Fault;
import org.postlane.smtp.RecipientResult;
import org.postlane.smtp.Reply;
import org.postlane.smtp.Results;

class StandingTest {
    private final List<String> said = new ArrayList<>();
    private final List<String> why = new ArrayList<>();

    private final class Heard implements Turn {
        @Override
        public String destination() {
            return "a.test";
        }

        @Override
        public void stoodInLine() {
            said.add("stood in line");
        }

        @Override
        public void worked() {
            said.add("worked");
        }

        @Override
        public void failed(String reason) {
            said.add("failed");
            why.add(reason);
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

    private String toldToOthers(Verdict verdict) {
        why.clear();
        Standing.of(List.of(verdict)).end(new Heard(), false);
        return why.get(0);
    }

    @Test
    void whatWasSaidToAMailIsNotToldToAnotherAndWhatWasSaidToTheConnectionIs() {
        RecipientResult aboutTheMail = RecipientResult.recorded(Fault.HOST,
            new Reply(421, List.of("4.7.0 <joe@home.test> sends too much")));
        assertThat(toldToOthers(verdict(aboutTheMail).by(new Passage(false, false))))
            .isEqualTo("421 4.7.0 (in answer to a mail)");
        RecipientResult aboutTheHost = RecipientResult.recorded(Fault.HOST,
            new Reply(421, List.of("4.3.2 too busy, ask postmaster@a.test")));
        assertThat(toldToOthers(verdict(aboutTheHost))).isEqualTo("421 4.3.2 too busy, ask postmaster@a.test");
        RecipientResult busy = RecipientResult.recorded(Fault.HOST, new Reply(421, List.of("4.3.2 too busy")));
        assertThat(toldToOthers(verdict(busy).by(new Passage(false, false)))).isEqualTo("421 4.3.2 too busy");
    }
}
