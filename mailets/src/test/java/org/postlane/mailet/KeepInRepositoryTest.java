// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.postlane.local.LocalFixture.mailTo;

import java.time.Clock;
import java.util.List;
import javax.mail.MessagingException;

import org.apache.james.core.MailAddress;
import org.apache.james.mailrepository.api.MailKey;
import org.apache.james.server.core.MailImpl;
import org.apache.james.transport.mailets.ToRepository;
import org.apache.mailet.Attribute;
import org.apache.mailet.AttributeName;
import org.apache.mailet.AttributeUtils;
import org.apache.mailet.AttributeValue;
import org.apache.mailet.Mail;
import org.apache.mailet.base.GenericMailet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postlane.james.ConfigurationError;
import org.postlane.james.KeptName;
import org.postlane.local.LocalFixture;

/** What lies in a repository when mail is processed again from there and fails once more. */
class KeepInRepositoryTest {
    private static final String URL = "memory://var/mail/error/";
    private static final AttributeName REPROCESSED = AttributeName.of("mailRepository-reprocessing");

    private final TestRepositories repositories = new TestRepositories();
    private LocalFixture fixture;

    @BeforeEach
    void setUp() throws Exception {
        fixture = new LocalFixture();
    }

    @AfterEach
    void tearDown() {
        fixture.close();
    }

    private KeepInRepository ours(String... parameters) throws MessagingException {
        return fixture.init(new KeepInRepository(repositories.known()), parameters);
    }

    private List<String> kept() throws Exception {
        return repositories.mailsAt(URL).stream().map(Mail::getName).toList();
    }

    /** As James' reprocessing does it, where the spool and all behind it are faster than its next step. */
    private void reprocess(GenericMailet failsAgain) throws Exception {
        for (MailKey key : repositories.mailsAt(URL).stream().map(MailKey::forMail).toList()) {
            Mail mail = repositories.at(URL).retrieve(key);
            int times = AttributeUtils.getValueAndCastFromMail(mail, REPROCESSED, Integer.class).orElse(0);
            mail.setAttribute(new Attribute(REPROCESSED, AttributeValue.of(times + 1)));
            failsAgain.service(mail);
            repositories.at(URL).remove(key);
        }
    }

    @Test
    void aMailThatFailsAgainBeforeItsFirstCopyIsRemovedIsNotRemovedWithIt() throws Exception {
        KeepInRepository ours = ours("repositoryPath", URL);
        ours.service(mailTo("ann@example.org"));
        for (int times = 1; times <= 3; times++) {
            reprocess(ours);
            assertThat(kept()).containsExactly("Mail1-again-" + times);
        }
        assertThat(repositories.mailsAt(URL).get(0).getRecipients()).containsExactly(new MailAddress("ann@example.org"));
    }

    /** What takes part of a name after each round, as a lane does, may put something behind the number. */
    @Test
    void aNameIsTheFirstOneWhateverStandsBehindTheNumber() {
        assertThat(KeptName.original("Mail1-again-12-external-again-3")).isEqualTo("Mail1-external");
        assertThat(KeptName.original("Mail1-again-and")).isEqualTo("Mail1-again-and");
    }

    /** The reason for the mailet. */
    @Test
    void withStocksItIsGone() throws Exception {
        ToRepository stock = fixture.init(new ToRepository(repositories.store()), "repositoryPath", URL);
        stock.service(mailTo("ann@example.org"));
        assertThat(kept()).containsExactly("Mail1");
        reprocess(stock);
        assertThat(kept()).isEmpty();
    }

    @Test
    void aMailThatComesTwiceIsKeptOnceAndGoesOnUnderItsName() throws Exception {
        KeepInRepository ours = ours("repositoryPath", URL, "passThrough", "true");
        MailImpl mail = mailTo("ann@example.org");
        mail.setAttribute(new Attribute(REPROCESSED, AttributeValue.of(2)));
        ours.service(mail);
        ours.service(mail);

        assertThat(kept()).containsExactly("Mail1-again-2");
        assertThat(mail.getName()).isEqualTo("Mail1");
        assertThat(mail.getState()).isEqualTo("local-delivery");
    }

    @Test
    void whatTheRepositoryDoesNotTakeComesAgain() throws Exception {
        repositories.storesToFail.set(1);
        KeepInRepository ours = ours("repositoryPath", URL);
        MailImpl mail = mailTo("ann@example.org");

        assertThatThrownBy(() -> ours.service(mail)).hasMessageContaining("The disk is full");
        assertThat(mail.getState()).isEqualTo("local-delivery");
        ours.service(mail);
        assertThat(mail.getState()).isEqualTo(Mail.GHOST);
        assertThat(kept()).containsExactly("Mail1");
    }

    @Test
    void theSenderIsNotToldAgainOfAMailThatIsProcessedAgain() throws Exception {
        NonDeliveryReport report =
            fixture.init(new NonDeliveryReport(fixture.lanes.directory.domainList, Clock.systemUTC()));
        KeepInRepository ours = ours("repositoryPath", URL);
        GenericMailet both = new GenericMailet() {
            @Override
            public void service(Mail mail) throws MessagingException {
                report.service(mail);
                ours.service(mail);
            }
        };
        both.service(mailTo("ann@example.org"));
        assertThat(fixture.reports).hasSize(1);
        reprocess(both);
        reprocess(both);

        assertThat(kept()).containsExactly("Mail1-again-2");
        assertThat(fixture.reports).hasSize(1);
    }

    @Test
    void aParameterThatIsMissingOrWrongStopsTheStart() {
        assertThatThrownBy(this::ours).isInstanceOf(ConfigurationError.class)
            .hasMessageContaining("mailet KeepInRepository").hasMessageContaining("<repositoryPath>")
            .hasMessageContaining("this James has the protocols memory");
        assertThatThrownBy(() -> ours("repositoryPath", "pigeon://var/mail/")).isInstanceOf(ConfigurationError.class)
            .hasMessageContaining("<repositoryPath>pigeon://var/mail/");
        assertThatThrownBy(() -> ours("repositoryPath", URL, "passthrough", "true")).isInstanceOf(ConfigurationError.class)
            .hasMessageContaining("the nearest one is <passThrough>");
    }
}
