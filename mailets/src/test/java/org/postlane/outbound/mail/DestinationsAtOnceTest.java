// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.mailet.Attribute;
import org.apache.mailet.AttributeValue;
import org.apache.mailet.Mail;
import org.apache.mailet.base.test.FakeMail;
import org.junit.jupiter.api.Test;

class DestinationsAtOnceTest {
    private static Mail with(AttributeValue<?> value) throws Exception {
        FakeMail mail = FakeMail.builder().name("mail").build();
        mail.setAttribute(new Attribute(DestinationsAtOnce.NAME, value));
        return mail;
    }

    @Test
    void whatIsWrittenOnTheMailHolds() throws Exception {
        FakeMail mail = FakeMail.builder().name("mail").build();
        assertThat(DestinationsAtOnce.in(mail)).isEqualTo(20);
        mail.setAttribute(DestinationsAtOnce.of(3));
        assertThat(DestinationsAtOnce.in(mail)).isEqualTo(3);
        assertThat(DestinationsAtOnce.NAME.asString()).isEqualTo("postlane-destinations-at-once");
    }

    @Test
    void whatMakesNoSenseCountsAsNothing() throws Exception {
        assertThat(DestinationsAtOnce.in(with(AttributeValue.of(0)))).isEqualTo(20);
        assertThat(DestinationsAtOnce.in(with(AttributeValue.of(1001)))).isEqualTo(20);
        assertThat(DestinationsAtOnce.in(with(AttributeValue.of("three")))).isEqualTo(20);
        assertThatThrownBy(() -> DestinationsAtOnce.of(0)).isInstanceOf(IllegalArgumentException.class);
    }
}
