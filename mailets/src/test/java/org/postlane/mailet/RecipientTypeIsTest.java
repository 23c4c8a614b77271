// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.postlane.lane.TestLanes.EXTERNAL;
import static org.postlane.lane.TestLanes.LOCAL;
import static org.postlane.lane.TestLanes.VIRTUAL;
import static org.postlane.lane.TestLanes.mail;
import static org.postlane.recipient.TestDirectory.address;

import java.util.Map;
import javax.mail.MessagingException;

import org.apache.james.server.core.MailImpl;
import org.apache.mailet.base.test.FakeMatcherConfig;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postlane.james.ConfigurationError;
import org.postlane.recipient.RecipientType;
import org.postlane.recipient.RecipientTypes;
import org.postlane.recipient.TestDirectory;

class RecipientTypeIsTest {
    private TestDirectory directory;

    @BeforeEach
    void setUp() throws Exception {
        directory = TestDirectory.create();
    }

    private RecipientTypeIs matcher(String condition) throws MessagingException {
        RecipientTypeIs matcher = new RecipientTypeIs(directory.classifier());
        matcher.init(FakeMatcherConfig.builder().matcherName("RecipientTypeIs").condition(condition).build());
        return matcher;
    }

    @Test
    void recipientsWithoutATypeAreClassifiedOnTheSpot() throws Exception {
        assertThat(matcher("local, Virtual").match(mail(LOCAL, VIRTUAL, EXTERNAL)))
            .containsExactly(address(LOCAL), address(VIRTUAL));
    }

    @Test
    void theTypeThatTheMailCarriesCounts() throws Exception {
        MailImpl mail = mail(LOCAL, EXTERNAL);
        RecipientTypes.set(mail, Map.of(address(LOCAL), RecipientType.RELAY));

        assertThat(matcher("relay").match(mail)).containsExactly(address(LOCAL));
        assertThat(matcher("external").match(mail)).containsExactly(address(EXTERNAL));
    }

    @Test
    void aDirectoryThatDoesNotAnswerIsNoMismatch() throws Exception {
        RecipientTypeIs matcher = matcher("local");
        directory.fail();
        assertThatThrownBy(() -> matcher.match(mail(LOCAL))).isInstanceOf(MessagingException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "locl", "local,", "local;relay"})
    void anUnknownNameStopsTheStart(String condition) {
        assertThatThrownBy(() -> matcher(condition)).isInstanceOf(ConfigurationError.class)
            .hasMessageContaining("RecipientTypeIs=" + condition)
            .hasMessageContaining("local, virtual, relay, external, unknown");
    }
}
