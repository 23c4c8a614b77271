// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

import org.apache.james.core.Domain;
import org.apache.james.core.Username;
import org.apache.james.rrt.lib.Mapping;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postlane.recipient.TestDirectory;

/** VRFY and EXPN with James' SMTP server on a single IO thread, over sockets, and a directory that stalls or fails. */
class EnquiryCommandsTest {
    private static final int TOO_MANY = 1_100;

    private TestDirectory directory;
    private RcptServer server;
    private RcptServer.Client client;

    @BeforeEach
    void setUp() throws Exception {
        directory = TestDirectory.create();
        directory.domainList.addDomain(Domain.of("second.example"));
        directory.users.addUser(Username.of("bea@example.org"), "secret");
        directory.users.addUser(Username.of("bea@second.example"), "secret");
        server = new RcptServer(directory);
        client = server.connect();
    }

    @AfterEach
    void tearDown() throws Exception {
        client.close();
        server.close();
    }

    private void logIn() {
        server.session.setUsername(Username.of("ann@example.org"));
    }

    private static void group(TestDirectory directory, String name, String member) throws Exception {
        directory.rewriteTable.addGroupMapping(TestDirectory.source(name), member);
    }

    @Test
    void aStrangerHearsTheSameOfEveryAddressAndTheDirectoryIsNotAsked() throws Exception {
        directory.fail();
        assertThat(sameForAll("VRFY")).startsWith("252 2.5.2 ");
        assertThat(sameForAll("EXPN")).startsWith("502 5.5.1 ");
        server.authAnnounced = true;
        assertThat(sameForAll("EXPN")).startsWith("530 5.7.0 ");
    }

    private String sameForAll(String verb) throws Exception {
        String reply = client.send(verb + " team@example.org");
        assertThat(client.send(verb + " nobody@example.org")).isEqualTo(reply);
        return reply;
    }

    @Test
    void aDirectoryThatStallsForVrfyAndExpnDelaysNoOtherConnection() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        Set<String> askedOn = ConcurrentHashMap.newKeySet();
        directory.onLookupOf("slow.example", () -> {
            askedOn.add(Thread.currentThread().getName());
            try {
                release.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        logIn();
        client.pipeline("VRFY x@slow.example", "EXPN y@slow.example", "NOOP");
        await().until(() -> directory.lookupsOf("slow.example") == 1);
        try (RcptServer.Client other = server.connect()) {
            assertThat(other.send("NOOP")).startsWith("250");
        }
        release.countDown();
        assertThat(client.reply()).startsWith("252 ");
        assertThat(client.reply()).startsWith("550 5.1.1 ");
        assertThat(client.reply()).startsWith("250 ");
        assertThat(askedOn).allSatisfy(thread -> assertThat(thread).startsWith("postlane-directory-"));
    }

    @Test
    void aDirectoryThatFailsIsAnswered451AndNotThatThereIsNobody() throws Exception {
        logIn();
        directory.fail();
        assertThat(client.send("VRFY ann@example.org")).startsWith("451 4.3.0 ");
        assertThat(client.send("EXPN team@example.org")).startsWith("451 4.3.0 ");
        directory.recover();
        assertThat(client.send("VRFY ann@example.org")).isEqualTo("250 2.1.5 <ann@example.org>");
    }

    @Test
    void whoHasLoggedInHearsWhatAnAddressIs() throws Exception {
        logIn();
        directory.rewriteTable.addForwardMapping(TestDirectory.source("left"), "left@elsewhere.example");
        assertThat(client.send("VRFY <Ann@Example.org>")).isEqualTo("250 2.1.5 <Ann@example.org>");
        assertThat(client.send("VRFY team@example.org")).isEqualTo("250 2.1.5 <team@example.org>");
        assertThat(client.send("VRFY left@example.org"))
            .isEqualTo("251 2.1.5 User not local; will forward to <left@elsewhere.example>");
        assertThat(client.send("VRFY x@elsewhere.example")).startsWith("252 2.5.2 ");
        assertThat(client.send("VRFY nobody@example.org")).startsWith("550 5.1.1 ");
        assertThat(client.send("VRFY gone@example.org")).isEqualTo("551 5.1.6 moved to bob");
        assertThat(client.send("VRFY a b@example.org")).startsWith("501 5.5.4 ");
        assertThat(client.send("VRFY @example.org")).startsWith("501 5.1.3 ");
        assertThat(client.send("VRFY")).startsWith("501 5.5.4 ");
    }

    @Test
    void aNameWithoutADomainIsLookedForInEachDomainAndMayBeAmbiguous() throws Exception {
        logIn();
        assertThat(client.send("VRFY ann")).isEqualTo("250 2.1.5 <ann@example.org>");
        assertThat(client.send("VRFY nobody")).startsWith("550 5.1.1 ");
        assertThat(client.send("VRFY bea")).startsWith("553-5.1.4 Ambiguous");
        String possibility = client.reply();
        assertThat(List.of(possibility, client.reply())).extracting(line -> line.substring(4)).containsExactlyInAnyOrder(
            "5.1.4 <bea@example.org>", "5.1.4 <bea@second.example>");
        for (int i = 0; i < 100; i++) {
            directory.domainList.addDomain(Domain.of("d" + i + ".example"));
        }
        assertThat(client.send("VRFY ann")).isEqualTo("553 5.1.4 Ambiguous: add the domain");
    }

    @Test
    void theMembersOfAGroupAreListedOnceWithThoseOfTheGroupsInIt() throws Exception {
        logIn();
        group(directory, "all", "team@example.org");
        group(directory, "all", "bea@example.org");
        group(directory, "all", "x@elsewhere.example");
        group(directory, "more", "ann@example.org");
        group(directory, "all", "more@example.org");
        directory.rewriteTable.addAliasMapping(TestDirectory.source("everybody"), "all@example.org");

        for (String name : new String[] {"all", "everybody"}) {
            assertThat(client.send("EXPN " + name + "@example.org")).isEqualTo("250-2.1.5 <ann@example.org>");
            assertThat(client.reply()).isEqualTo("250-2.1.5 <bea@example.org>");
            assertThat(client.reply()).isEqualTo("250 2.1.5 <x@elsewhere.example>");
        }
    }

    @Test
    void whatIsNoGroupIs550AndACircleIsNamed() throws Exception {
        logIn();
        assertThat(client.send("EXPN ann@example.org")).isEqualTo("550 5.1.1 That is no mailing list");
        assertThat(client.send("EXPN nobody@example.org")).startsWith("550 5.1.1 No such mailing list");
        directory.rewriteTable.addForwardMapping(TestDirectory.source("left"), "left@elsewhere.example");
        assertThat(client.send("EXPN left@example.org")).isEqualTo("550 5.1.1 That is no mailing list");
        group(directory, "one", "two@example.org");
        // By the table itself, which does not look for circles as webadmin does.
        directory.rewriteTable.addMapping(TestDirectory.source("two"), Mapping.group("one@example.org"));
        group(directory, "two", "ann@example.org");
        assertThat(client.send("EXPN one@example.org")).startsWith("550 5.4.6 Mappings run in a circle: ");
    }

    @Test
    void aGroupOfVeryManyIsNotListed() throws Exception {
        logIn();
        for (int i = 0; i < TOO_MANY; i++) {
            group(directory, "crowd", "x" + i + "@elsewhere.example");
        }
        assertThat(client.send("EXPN crowd@example.org")).startsWith("252 2.5.2 ");
    }
}
