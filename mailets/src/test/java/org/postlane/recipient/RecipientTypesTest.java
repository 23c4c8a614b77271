// SPDX-License-Identifier: Apache-2.0
package org.postlane.recipient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postlane.recipient.TestDirectory.address;

import java.util.Map;

import org.apache.mailet.Attribute;
import org.apache.mailet.AttributeValue;
import org.apache.mailet.base.test.FakeMail;
import org.junit.jupiter.api.Test;

class RecipientTypesTest {
    @Test
    void theTypesSurviveTheJsonThatQueuesKeep() throws Exception {
        FakeMail mail = FakeMail.builder().name("mail").recipients("ann@example.org", "bob@elsewhere.example").build();
        RecipientTypes.set(mail, Map.of(address("Ann@Example.org"), RecipientType.LOCAL,
            address("bob@elsewhere.example"), RecipientType.EXTERNAL));

        String json = mail.getAttribute(RecipientTypes.ATTRIBUTE).orElseThrow().getValue().toJson().orElseThrow().toString();
        FakeMail dequeued = FakeMail.builder().name("mail").build();
        dequeued.setAttribute(new Attribute(RecipientTypes.ATTRIBUTE, AttributeValue.fromJsonString(json)));

        assertThat(RecipientTypes.get(dequeued, address("ann@example.org"))).contains(RecipientType.LOCAL);
        assertThat(RecipientTypes.get(dequeued, address("BOB@elsewhere.example"))).contains(RecipientType.EXTERNAL);
        assertThat(RecipientTypes.get(dequeued, address("other@example.org"))).isEmpty();
    }

    @Test
    void anAttributeOfAnotherShapeIsNoType() throws Exception {
        FakeMail mail = FakeMail.builder().name("mail").build();
        mail.setAttribute(new Attribute(RecipientTypes.ATTRIBUTE, AttributeValue.of("local")));

        assertThat(RecipientTypes.get(mail, address("ann@example.org"))).isEmpty();
    }
}
