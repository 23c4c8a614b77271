// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.postlane.local.LocalFixture.mailTo;

import java.io.ByteArrayInputStream;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.apache.james.core.MailAddress;
import org.apache.james.core.Username;
import org.apache.james.server.core.MailImpl;
import org.apache.james.sieverepository.api.SieveRepository;
import org.apache.james.sieverepository.api.exception.ScriptNotFoundException;
import org.apache.james.sieverepository.api.exception.StorageException;
import org.apache.james.transport.mailets.Sieve;
import org.apache.mailet.Attribute;
import org.apache.mailet.AttributeName;
import org.apache.mailet.AttributeValue;
import org.apache.mailet.Mail;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postlane.james.ConfigurationError;
import org.postlane.local.LocalFixture;
import reactor.core.publisher.Flux;

/** Sieve whose scripts cannot always be read, in front of mailboxes. Cat has no script, the others file all that they get. */
class ApplySieveTest {
    private static final String ANN = "ann@example.org";
    private static final String BOB = "bob@example.org";
    private static final String CAT = "cat@example.org";
    private static final String SCRIPT = "require [\"fileinto\"]; fileinto \"Lists\";";

    private final Set<String> away = ConcurrentHashMap.newKeySet();
    private LocalFixture fixture;

    @BeforeEach
    void setUp() throws Exception {
        fixture = new LocalFixture();
    }

    @AfterEach
    void tearDown() {
        fixture.close();
    }

    private SieveRepository scripts() {
        return (SieveRepository) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {SieveRepository.class},
            (proxy, method, arguments) -> {
                String user = ((Username) arguments[0]).asString();
                if (away.contains(user)) {
                    throw new StorageException(new IllegalStateException("The database is away"));
                }
                if (user.equals(CAT)) {
                    throw new ScriptNotFoundException();
                }
                return method.getName().equals("getActive")
                    ? new ByteArrayInputStream(SCRIPT.getBytes(StandardCharsets.US_ASCII)) : ZonedDateTime.now(ZoneOffset.UTC);
            });
    }

    private ApplySieve ours(String... parameters) throws Exception {
        return fixture.init(new ApplySieve(fixture.lanes.directory.users, scripts(), fixture.lanes.queues), parameters);
    }

    private Mail fromSpool() {
        assertThat(fixture.lanes.queues.delays).as("returns").hasSize(1);
        return Flux.from(fixture.lanes.queues.memory("spool").deQueue()).blockFirst().getMail();
    }

    private void hasFiled(String user, String folder) throws Exception {
        assertThat(fixture.contents(user)).as(user).containsOnlyKeys(folder);
        assertThat(fixture.contents(user).get(folder)).as(user).hasSize(1);
    }

    @Test
    void whoseScriptCannotBeReadWaitsForItAndNobodyElseDoes() throws Exception {
        away.add(ANN);
        ApplySieve ours = ours();
        MailImpl mail = mailTo(ANN, BOB, CAT);
        ours.service(mail);
        fixture.ours().service(mail);
        hasFiled(BOB, "Lists");
        hasFiled(CAT, "INBOX");
        assertThat(fixture.contents(ANN)).isEmpty();

        Mail returned = fromSpool();
        assertThat(returned.getState()).isEqualTo("local-delivery");
        assertThat(returned.getRecipients()).containsExactly(new MailAddress(ANN));
        away.clear();
        ours.service(returned);
        assertThat(returned.attributes()).extracting(attribute -> attribute.getName().asString())
            .noneMatch(name -> name.contains("returns"));
        fixture.ours().service(returned);
        hasFiled(ANN, "Lists");
        hasFiled(BOB, "Lists");
    }

    /** As a lane does with a mail of which something behind has thrown. */
    @Test
    void whoeverRunsTheMailAgainWithAllRecipientsDeliversNothingTwice() throws Exception {
        away.add(ANN);
        ApplySieve ours = ours();
        MailImpl mail = mailTo(ANN, BOB);
        ours.service(mail);
        for (String script : List.of("away still", "back")) {
            mail.setRecipients(List.of(new MailAddress(ANN), new MailAddress(BOB)));
            ours.service(mail);
            assertThat(mail.getRecipients()).as(script).containsExactly(new MailAddress(BOB));
            away.clear();
        }
        assertThat(fromSpool().getRecipients()).containsExactly(new MailAddress(ANN));

        mail.setRecipients(List.of(new MailAddress(ANN)));
        ours.service(mail);
        assertThat(mail.getState()).as("nobody left").isEqualTo(Mail.GHOST);
    }

    /** The reason for the mailet. */
    @Test
    void withStocksTheMailIsNotFiled() throws Exception {
        away.add(ANN);
        MailImpl mail = mailTo(ANN);
        fixture.init(new Sieve(fixture.lanes.directory.users, scripts())).service(mail);
        fixture.ours().service(mail);
        hasFiled(ANN, "INBOX");
    }

    @Test
    void aMailOfWhichNoScriptCanBeReadGoesBackAsItIs() throws Exception {
        away.addAll(Set.of(ANN, BOB));
        MailImpl mail = mailTo(ANN, BOB);
        ours().service(mail);

        assertThat(mail.getState()).isEqualTo(Mail.GHOST);
        Mail returned = fromSpool();
        assertThat(returned.getName()).isEqualTo("Mail1");
        assertThat(returned.getRecipients()).containsExactlyInAnyOrder(new MailAddress(ANN), new MailAddress(BOB));
    }

    @Test
    void afterAnHourTheMailIsDeliveredUnfiltered() throws Exception {
        away.add(ANN);
        for (String[] recipients : new String[][] {{ANN}, {ANN, BOB}}) {
            MailImpl mail = mailTo(recipients);
            mail.setAttribute(new Attribute(AttributeName.of("postlane-sieve-returns-since"),
                AttributeValue.of(Instant.now().minus(Duration.ofMinutes(61)).toEpochMilli())));
            ours().service(mail);

            assertThat(mail.getState()).isEqualTo("local-delivery");
            assertThat(mail.getRecipients()).hasSize(recipients.length);
            assertThat(mail.attributes()).extracting(attribute -> attribute.getName().asString())
                .noneMatch(name -> name.contains("returns"));
        }
        assertThat(fixture.lanes.queues.delays).isEmpty();
    }

    @Test
    void whereTheSpoolDoesNotTakeItTheMailIsDeliveredUnfiltered() throws Exception {
        away.add(ANN);
        fixture.lanes.queues.fail("spool");
        MailImpl mail = mailTo(ANN, BOB);
        ours().service(mail);
        fixture.ours().service(mail);

        hasFiled(ANN, "INBOX");
        hasFiled(BOB, "Lists");
    }

    @Test
    void takesNoParameters() {
        assertThatThrownBy(() -> ours("script", "x")).isInstanceOf(ConfigurationError.class)
            .hasMessageContaining("mailet ApplySieve: <script> is not a parameter of it");
    }
}
