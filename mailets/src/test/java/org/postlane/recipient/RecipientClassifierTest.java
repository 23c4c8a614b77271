// SPDX-License-Identifier: Apache-2.0
package org.postlane.recipient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.postlane.recipient.TestDirectory.address;
import static org.postlane.recipient.TestDirectory.source;

import org.apache.james.core.Domain;
import org.apache.james.core.Username;
import org.apache.james.rrt.api.RecipientRewriteTableConfiguration;
import org.apache.james.rrt.lib.MappingSource;
import org.apache.james.rrt.memory.MemoryRecipientRewriteTable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecipientClassifierTest {
    private TestDirectory directory;
    private RecipientClassifier classifier;

    @BeforeEach
    void setUp() throws Exception {
        directory = TestDirectory.create();
        directory.relayDomains.declare("mailetcontainer.xml", "relayed.example, .sub.example, example.org");
        classifier = directory.classifier();
    }

    private RecipientType type(String address) throws LookupFailedException {
        return classifier.classify(address(address), MappingMode.FOLLOW).type();
    }

    private RecipientType typeWithoutMappings(String address) throws LookupFailedException {
        return classifier.classify(address(address), MappingMode.IGNORE).type();
    }

    @ParameterizedTest
    @CsvSource({
        "ann@example.org, LOCAL",
        "ANN@Example.ORG, LOCAL",
        "team@example.org, VIRTUAL",
        "Team@example.org, VIRTUAL",
        "nobody@example.org, UNKNOWN",
        "bob@relayed.example, RELAY",
        "bob@a.sub.example, RELAY",
        "bob@sub.example, EXTERNAL",
        "bob@a.relayed.example, EXTERNAL",
        "bob@elsewhere.example, EXTERNAL"})
    void everyAddressHasExactlyOneTypeWhateverItsCase(String address, RecipientType expected) throws Exception {
        assertThat(type(address)).isEqualTo(expected);
    }

    @Test
    void aMappingComesBeforeTheMailboxUnlessMappingsAreIgnored() throws Exception {
        directory.rewriteTable.addForwardMapping(source("ann"), "ann@elsewhere.example");

        assertThat(type("ann@example.org")).isEqualTo(RecipientType.VIRTUAL);
        assertThat(typeWithoutMappings("ann@example.org")).isEqualTo(RecipientType.LOCAL);
    }

    @Test
    void aGroupWithoutMailboxIsUnknownWhereMappingsAreIgnored() throws Exception {
        assertThat(typeWithoutMappings("team@example.org")).isEqualTo(RecipientType.UNKNOWN);
    }

    @Test
    void aDomainMappingMakesItsAddressesVirtual() throws Exception {
        directory.domainList.addDomain(Domain.of("alias.example"));
        directory.rewriteTable.addDomainMapping(MappingSource.fromDomain(Domain.of("alias.example")), Domain.of("example.org"));

        assertThat(type("ann@alias.example")).isEqualTo(RecipientType.VIRTUAL);
    }

    @Test
    void anErrorMappingRefusesWithItsOwnWords() throws Exception {
        Classification classification = classifier.classify(address("gone@example.org"), MappingMode.FOLLOW);

        assertThat(classification.type()).isEqualTo(RecipientType.UNKNOWN);
        assertThat(classification.refusal()).hasToString("Optional[551 5.1.6 moved to bob]");
    }

    @Test
    void mappingsThatRunInACircleAreRefused() throws Exception {
        directory.rewriteTable.addMapping(source("a"), org.apache.james.rrt.lib.Mapping.address("b@example.org"));
        directory.rewriteTable.addMapping(source("b"), org.apache.james.rrt.lib.Mapping.address("a@example.org"));

        Classification classification = classifier.classify(address("a@example.org"), MappingMode.FOLLOW);

        assertThat(classification.type()).isEqualTo(RecipientType.UNKNOWN);
        assertThat(classification.refusal()).hasToString(
            "Optional[550 5.4.6 Mappings run in a circle: a@example.org > b@example.org > a@example.org]");
    }

    @Test
    void aCircleIsNamedWithoutTheWayThatLeadsToIt() throws Exception {
        directory.domainList.addDomain(Domain.of("one.example"));
        directory.domainList.addDomain(Domain.of("two.example"));
        directory.rewriteTable.addDomainMapping(MappingSource.fromDomain(Domain.of("one.example")), Domain.of("two.example"));
        directory.rewriteTable.addDomainMapping(MappingSource.fromDomain(Domain.of("two.example")), Domain.of("one.example"));
        directory.rewriteTable.addMapping(source("boss"), org.apache.james.rrt.lib.Mapping.group("ann@example.org"));
        directory.rewriteTable.addMapping(source("boss"), org.apache.james.rrt.lib.Mapping.group("ann@one.example"));

        assertThat(classifier.classify(address("boss@example.org"), MappingMode.FOLLOW).refusal()).hasToString(
            "Optional[550 5.4.6 Mappings run in a circle: ann@one.example > ann@two.example > ann@one.example]");
    }

    @Test
    void aGroupInItselfIsNamedAndNotTakenForAnUnknownUser() throws Exception {
        directory.rewriteTable.addMapping(source("all"), org.apache.james.rrt.lib.Mapping.group("all@example.org"));
        directory.rewriteTable.addMapping(source("all"), org.apache.james.rrt.lib.Mapping.group("ann@example.org"));

        assertThat(classifier.classify(address("all@example.org"), MappingMode.FOLLOW).refusal()).hasToString(
            "Optional[550 5.4.6 Mappings run in a circle: all@example.org > all@example.org]");
    }

    @Test
    void aGroupInItselfInsideAnotherGroupIsNamedAndNotTakenForAnUnknownMember() throws Exception {
        directory.rewriteTable.addMapping(source("all"), org.apache.james.rrt.lib.Mapping.group("ann@example.org"));
        directory.rewriteTable.addMapping(source("all"), org.apache.james.rrt.lib.Mapping.group("inner@example.org"));
        directory.rewriteTable.addMapping(source("inner"), org.apache.james.rrt.lib.Mapping.group("ann@example.org"));
        directory.rewriteTable.addMapping(source("inner"), org.apache.james.rrt.lib.Mapping.group("inner@example.org"));

        assertThat(classifier.classify(address("all@example.org"), MappingMode.FOLLOW).refusal()).hasToString(
            "Optional[550 5.4.6 Mappings run in a circle: inner@example.org > inner@example.org]");
    }

    @Test
    void aMemberWithAForwardThatKeepsACopyIsNoCircle() throws Exception {
        directory.rewriteTable.addMapping(source("ann"), org.apache.james.rrt.lib.Mapping.forward("ann@example.org"));
        directory.rewriteTable.addMapping(source("ann"), org.apache.james.rrt.lib.Mapping.forward("ann@elsewhere.example"));

        assertThat(classifier.classify(address("team@example.org"), MappingMode.FOLLOW).type()).isEqualTo(RecipientType.VIRTUAL);
    }

    @Test
    void aWayThatIsMerelyTooLongIsNamed() throws Exception {
        for (int i = 0; i < 12; i++) {
            directory.rewriteTable.addMapping(source("n" + i), org.apache.james.rrt.lib.Mapping.alias("n" + (i + 1)
                + "@example.org"));
        }
        assertThat(classifier.classify(address("n0@example.org"), MappingMode.FOLLOW).refusal()).get().asString()
            .startsWith("550 5.4.6 Mappings follow one another more often than mappingLimit allows: n0@example.org > n1@");
    }

    @Test
    void inAVirtualDomainOnlyMappingsCount() throws Exception {
        directory.virtualDomains.declare("mailetcontainer.xml", "example.org, lists.example");

        assertThat(type("team@example.org")).isEqualTo(RecipientType.VIRTUAL);
        assertThat(type("ann@example.org")).isEqualTo(RecipientType.UNKNOWN);
        assertThat(type("x@lists.example")).isEqualTo(RecipientType.UNKNOWN);
        assertThat(type("postmaster@example.org")).isEqualTo(RecipientType.VIRTUAL);
        // Behind the rewrite table it is a mailbox like others: a forward that keeps a copy leads to it.
        assertThat(typeWithoutMappings("ann@example.org")).isEqualTo(RecipientType.LOCAL);
    }

    @Test
    void thePostmasterOfALocalDomainIsNeverUnknown() throws Exception {
        assertThat(type("Postmaster@example.org")).isEqualTo(RecipientType.VIRTUAL);
        assertThat(typeWithoutMappings("postmaster@example.org")).isEqualTo(RecipientType.LOCAL);
        assertThat(type("postmaster@elsewhere.example")).isEqualTo(RecipientType.EXTERNAL);
    }

    @Test
    void aPostmasterWithAMailboxIsLocal() throws Exception {
        directory.users.addUser(Username.of("postmaster@example.org"), "secret");

        assertThat(type("postmaster@example.org")).isEqualTo(RecipientType.LOCAL);
    }

    @Test
    void withoutVirtualHostingAUserOfThatNameDoesNotMakeAForeignAddressLocal() throws Exception {
        classifier = TestDirectory.withoutVirtualHosting().classifier();

        assertThat(type("ann@example.org")).isEqualTo(RecipientType.LOCAL);
        assertThat(type("ann@elsewhere.example")).isEqualTo(RecipientType.EXTERNAL);
    }

    @Test
    void aDisabledRewriteTableMakesNobodyVirtual() throws Exception {
        MemoryRecipientRewriteTable disabled = new MemoryRecipientRewriteTable();
        disabled.setConfiguration(RecipientRewriteTableConfiguration.DISABLED);
        Directory withoutTable = new Directory(directory.domainList, directory.users, disabled);

        assertThat(withoutTable.lookUp(address("ann@example.org"), MappingMode.FOLLOW).kind())
            .isEqualTo(DirectoryAnswer.Kind.MAILBOX);
    }

    @Test
    void aLocalPartThatJamesHasNoUserNameForIsAnAnswerAndNoFailure() throws Exception {
        assertThat(type("\"a@b\"@example.org")).isEqualTo(RecipientType.UNKNOWN);
        assertThat(type("\"a@b\"@elsewhere.example")).isEqualTo(RecipientType.EXTERNAL);
    }

    @Test
    void aFailureOfTheDirectoryIsNoAnswer() {
        directory.fail();

        assertThatThrownBy(() -> type("ann@example.org"))
            .isInstanceOf(LookupFailedException.class)
            .hasMessageContaining("ann@example.org")
            .hasMessageContaining("the directory is down");
    }
}
