// SPDX-License-Identifier: Apache-2.0
package org.postlane.guice.durable;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.mail.internet.AddressException;

import org.apache.commons.configuration2.BaseHierarchicalConfiguration;
import org.apache.james.core.Domain;
import org.apache.james.core.MailAddress;
import org.apache.james.core.Username;
import org.apache.james.core.builder.MimeMessageBuilder;
import org.apache.james.mailrepository.api.MailKey;
import org.apache.james.mailrepository.api.MailRepositoryUrl;
import org.apache.james.mailrepository.jpa.JPAMailRepository;
import org.apache.james.rrt.jpa.JPARecipientRewriteTable;
import org.apache.james.rrt.lib.Mapping;
import org.apache.james.rrt.lib.MappingSource;
import org.apache.james.server.core.MailImpl;
import org.apache.james.sieverepository.api.ScriptContent;
import org.apache.james.sieverepository.api.ScriptName;
import org.apache.mailet.Mail;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What James' own columns have no room for, and everyday mail has. */
class WiderColumnsTest {
    private static final Username ANN = Username.of("ann@local.test");
    private static final ScriptName SCRIPT = new ScriptName("rules");

    @TempDir
    private static Path root;

    private static Database database;

    @BeforeAll
    static void open() {
        database = TestDatabase.open(root);
    }

    @AfterAll
    static void close() {
        database.close();
    }

    @Test
    void aRepositoryTakesAMailToManyRecipientsFromAnIpv6ClientWithALongError() throws Exception {
        List<MailAddress> recipients = IntStream.range(0, 2000).mapToObj(WiderColumnsTest::address).collect(Collectors.toList());
        String error = "at org.postlane.Somewhere\n".repeat(2000);
        JPAMailRepository repository = new JPAMailRepository(database.entities(), MailRepositoryUrl.from("jpa://var/mail/error"));
        repository.configure(configuration("jpa://var/mail/error"));
        Mail mail = MailImpl.builder().name("one").sender("x@world.test").addRecipients(recipients)
            .state("a-processor-whose-name-is-rather-long-but-allowed").errorMessage(error)
            .remoteAddr("2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff").remoteHost("host.test")
            .mimeMessage(MimeMessageBuilder.mimeMessageBuilder().setSubject("kept").setText("text")).build();

        MailKey key = repository.store(mail);
        Mail found = repository.retrieve(key);

        assertThat(found.getRecipients()).containsExactlyElementsOf(recipients);
        assertThat(found.getErrorMessage()).isEqualTo(error);
        assertThat(found.getRemoteAddr()).isEqualTo("2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff");
        assertThat(found.getState()).isEqualTo("a-processor-whose-name-is-rather-long-but-allowed");
        assertThat(found.getMessage().getSubject()).isEqualTo("kept");
        repository.remove(key);
        assertThat(repository.size()).isZero();
    }

    private static BaseHierarchicalConfiguration configuration(String url) {
        BaseHierarchicalConfiguration configuration = new BaseHierarchicalConfiguration();
        configuration.setProperty("[@destinationURL]", url);
        return configuration;
    }

    private static MailAddress address(int number) {
        try {
            return new MailAddress("recipient" + number + "@a-domain-of-some-length.test");
        } catch (AddressException e) {
            throw new IllegalArgumentException(e);
        }
    }

    @Test
    void aGroupHasManyMembers() throws Exception {
        JPARecipientRewriteTable table = new JPARecipientRewriteTable();
        table.setEntityManagerFactory(database.entities());
        MappingSource group = MappingSource.fromUser("staff", Domain.of("local.test"));
        for (int i = 0; i < 100; i++) {
            table.addMapping(group, Mapping.group("member" + i + "@local.test"));
        }

        assertThat(table.getStoredMappings(group).asStream()).hasSize(100);
        table.removeMapping(group, Mapping.group("member7@local.test"));
        assertThat(table.getStoredMappings(group).asStream()).hasSize(99);
    }

    @Test
    void aSieveScriptMayBeLongAndBeReplacedWhileItIsActive() throws Exception {
        ReplacingSieveRepository scripts = new ReplacingSieveRepository(database.entities());
        String content = "# a rule\nkeep;\n".repeat(1000);
        scripts.putScript(ANN, SCRIPT, new ScriptContent("discard;"));
        scripts.setActive(ANN, SCRIPT);

        scripts.putScript(ANN, SCRIPT, new ScriptContent(content));

        assertThat(scripts.listScripts(ANN)).hasSize(1).allMatch(summary -> summary.isActive());
        assertThat(scripts.getActive(ANN)).hasContent(content);
    }
}
