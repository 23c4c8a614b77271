// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.postlane.recipient.TestDirectory.address;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

import org.apache.james.core.Domain;
import org.apache.james.core.MailAddress;
import org.apache.james.core.Username;
import org.apache.james.mailetcontainer.impl.LocalResourcesImpl;
import org.apache.james.rrt.lib.MappingSource;
import org.apache.james.server.core.MailImpl;
import org.apache.james.transport.mailets.PostmasterAlias;
import org.apache.mailet.Mail;
import org.apache.mailet.MailetContext;
import org.apache.mailet.base.test.FakeMailetConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postlane.lane.TestLanes;
import reactor.core.publisher.Flux;

/** Mail for postmasters, with James' own answers about what is local. */
class RewritePostmasterTest {
    private static final String POSTMASTER = "postmaster@example.org";
    private TestLanes lanes;

    @BeforeEach
    void setUp() throws Exception {
        lanes = new TestLanes();
        lanes.directory.domainList.addDomain(Domain.of("second.example"));
        lanes.directory.users.addUser(Username.of("postmaster@second.example"), "secret");
        lanes.directory.domainList.addDomain(Domain.of("third.example"));
    }

    @AfterEach
    void tearDown() {
        lanes.lanes.close();
    }

    private <T extends PostmasterAlias> T init(T mailet) throws Exception {
        LocalResourcesImpl local =
            new LocalResourcesImpl(lanes.directory.users, lanes.directory.domainList, lanes.directory.rewriteTable);
        MailetContext context = (MailetContext) Proxy.newProxyInstance(getClass().getClassLoader(),
            new Class<?>[] {MailetContext.class}, (proxy, method, arguments) -> {
                if (method.getName().equals("getPostmaster")) {
                    return new MailAddress(POSTMASTER);
                }
                try {
                    return LocalResourcesImpl.class.getMethod(method.getName(), method.getParameterTypes())
                        .invoke(local, arguments);
                } catch (InvocationTargetException e) {
                    throw e.getCause();
                }
            });
        mailet.init(FakeMailetConfig.builder().mailetContext(context).build());
        return mailet;
    }

    private RewritePostmaster ours() throws Exception {
        return init(new RewritePostmaster(lanes.queues));
    }

    @Test
    void theServersPostmasterGetsTheMailOfDomainsThatHaveNone() throws Exception {
        MailImpl mail = TestLanes.mail("postmaster@third.example", "Postmaster@second.example", "postmaster@elsewhere.example");
        ours().service(mail);

        assertThat(mail.getRecipients()).containsExactlyInAnyOrder(address(POSTMASTER), address("postmaster@second.example"),
            address("postmaster@elsewhere.example"));
        assertThat(mail.getState()).isEqualTo("transport");
    }

    @Test
    void whereDomainsOrUsersCannotBeLookedUpTheMailWaits() throws Exception {
        lanes.directory.fail();
        MailImpl mail = TestLanes.mail("postmaster@third.example");
        RewritePostmaster mailet = ours();
        mailet.service(mail);

        assertThat(mail.getState()).isEqualTo(Mail.GHOST);
        Mail returned = Flux.from(lanes.queues.memory("spool").deQueue()).blockFirst().getMail();
        assertThat(returned.getState()).isEqualTo("transport");
        assertThat(returned.getRecipients()).containsExactly(address("postmaster@third.example"));
        lanes.directory.recover();
        mailet.service(returned);
        assertThat(returned.getRecipients()).containsExactly(address(POSTMASTER));
        assertThat(returned.attributes()).isEmpty();
        // The reason why this is here: James sends the mail to the error processor then.
        lanes.directory.fail();
        PostmasterAlias stock = init(new PostmasterAlias());
        assertThatThrownBy(() -> stock.service(TestLanes.mail("postmaster@third.example"))).isInstanceOf(RuntimeException.class);
    }

    @Test
    void aPostmasterWhoseAliasRefusesIsNotWaitedFor() throws Exception {
        lanes.directory.rewriteTable.addAliasMapping(MappingSource.fromUser("postmaster", Domain.of("third.example")),
            "a@third.example");
        // James refuses to make a circle of aliases, but not one of these.
        lanes.directory.rewriteTable.addMapping(MappingSource.fromUser("a", Domain.of("third.example")),
            org.apache.james.rrt.lib.Mapping.alias("postmaster@third.example"));
        MailImpl mail = TestLanes.mail("postmaster@third.example");
        ours().service(mail);

        assertThat(mail.getState()).isEqualTo("transport");
        assertThat(mail.getRecipients()).containsExactly(address("postmaster@third.example"));
        assertThat(lanes.queues.delays).isEmpty();
    }
}
