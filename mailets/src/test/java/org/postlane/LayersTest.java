// SPDX-License-Identifier: Apache-2.0
package org.postlane;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The layers of the shipped code. A new package has to be entered here, or the first rule fails. */
class LayersTest {
    private static JavaClasses shipped;

    @BeforeAll
    static void readClasses() {
        shipped = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .withImportOption(location -> !location.contains("/org/postlane/testing/"))
            .importPackages("org.postlane");
    }

    @Test
    void importsPointDownOnly() {
        layeredArchitecture().consideringOnlyDependenciesInLayers()
            .withOptionalLayers(true)
            .layer("james").definedBy("org.postlane.james..")
            .layer("smtp").definedBy("org.postlane.smtp..")
            .layer("pool").definedBy("org.postlane.pool..")
            .layer("schedule").definedBy("org.postlane.schedule..")
            .layer("cluster").definedBy("org.postlane.cluster..")
            .layer("journal").definedBy("org.postlane.journal..")
            .layer("report").definedBy("org.postlane.report..")
            .layer("route").definedBy("org.postlane.route")
            .layer("dns").definedBy("org.postlane.route.dns..")
            .layer("recipient").definedBy("org.postlane.recipient..")
            .layer("outbound").definedBy("org.postlane.outbound..")
            .layer("lane").definedBy("org.postlane.lane..")
            .layer("local").definedBy("org.postlane.local..")
            .layer("mailet").definedBy("org.postlane.mailet..")
            .layer("credential").definedBy("org.postlane.credential..")
            .layer("smtpserver").definedBy("org.postlane.smtpserver..")
            .layer("webadmin").definedBy("org.postlane.webadmin..")
            .layer("pop3").definedBy("org.postlane.pop3..")
            .whereLayer("james").mayNotAccessAnyLayer()
            .whereLayer("smtp").mayNotAccessAnyLayer()
            .whereLayer("pool").mayNotAccessAnyLayer()
            .whereLayer("schedule").mayNotAccessAnyLayer()
            .whereLayer("cluster").mayOnlyAccessLayers("schedule", "pool")
            .whereLayer("journal").mayNotAccessAnyLayer()
            .whereLayer("report").mayOnlyAccessLayers("smtp", "james")
            .whereLayer("route").mayOnlyAccessLayers("dns", "smtp", "james")
            .whereLayer("dns").mayOnlyAccessLayers("smtp", "james")
            .whereLayer("recipient").mayOnlyAccessLayers("james")
            .whereLayer("credential").mayOnlyAccessLayers("journal", "james")
            .whereLayer("outbound").mayOnlyAccessLayers("route", "dns", "report", "journal", "cluster", "schedule", "pool",
                "smtp", "james")
            .whereLayer("lane").mayOnlyAccessLayers("outbound", "report", "recipient", "james")
            .whereLayer("local").mayOnlyAccessLayers("lane", "report", "recipient", "james")
            .whereLayer("mailet").mayOnlyAccessLayers("local", "lane", "outbound", "recipient", "route", "dns", "report",
                "journal", "schedule", "pool", "smtp", "james")
            .whereLayer("smtpserver").mayOnlyAccessLayers("lane", "outbound", "recipient", "credential", "dns", "james")
            .whereLayer("webadmin").mayOnlyAccessLayers("lane", "outbound", "recipient", "credential", "schedule", "pool",
                "james")
            .whereLayer("pop3").mayOnlyAccessLayers("james")
            .ensureAllClassesAreContainedInArchitecture()
            .check(shipped);
    }

    /** Each by itself; {@code outbound} holds them together, and no other package looks inside. */
    @Test
    void thePartsOfTheEngineStandOnEachOtherInOneOrder() {
        layeredArchitecture().consideringOnlyDependenciesInLayers()
            .layer("engine").definedBy("org.postlane.outbound")
            .layer("delayed").definedBy("org.postlane.outbound.delayed..")
            .layer("settlement").definedBy("org.postlane.outbound.settlement..")
            .layer("attempt").definedBy("org.postlane.outbound.attempt..")
            .layer("settings").definedBy("org.postlane.outbound.settings..")
            .layer("operations").definedBy("org.postlane.outbound.operations..")
            .layer("mail").definedBy("org.postlane.outbound.mail..")
            .whereLayer("delayed").mayOnlyAccessLayers("settlement", "operations", "mail")
            .whereLayer("settlement").mayOnlyAccessLayers("settings", "operations", "mail")
            .whereLayer("attempt").mayOnlyAccessLayers("settings", "operations", "mail")
            .whereLayer("settings").mayNotAccessAnyLayer()
            .whereLayer("operations").mayOnlyAccessLayers("mail")
            .whereLayer("mail").mayNotAccessAnyLayer()
            .check(shipped.that(DescribedPredicate.describe("are in the engine",
                type -> type.getPackageName().startsWith("org.postlane.outbound"))));
    }

    /** They are public for the engine's own packages only. */
    @Test
    void onlyTheEngineSeesHowMailIsTriedAndSettled() {
        noClasses().that().resideOutsideOfPackage("org.postlane.outbound..")
            .should().dependOnClassesThat().resideInAnyPackage("org.postlane.outbound.attempt..",
                "org.postlane.outbound.settlement..", "org.postlane.outbound.delayed..")
            .check(shipped);
    }

    /** James loads what is named in webadmin.properties only; the rest has to start in one without webadmin. */
    @Test
    void onlyTheWebadminPackageNeedsWebadmin() {
        noClasses().that().resideOutsideOfPackage("org.postlane.webadmin..")
            .should().dependOnClassesThat().resideInAnyPackage("org.postlane.webadmin..", "org.apache.james.webadmin..",
                "spark..", "org.eclipse.jetty..")
            .check(shipped);
    }

    @Test
    void noPackagesDependOnEachOtherInACircle() {
        slices().matching("org.postlane.(*)..").should().beFreeOfCycles().check(shipped);
    }

    @Test
    void theSmtpClientKnowsNettyAndNeitherJamesNorJavaMail() {
        classes().that().resideInAPackage("org.postlane.smtp..")
            .should().onlyDependOnClassesThat()
            .resideInAnyPackage("org.postlane.smtp..", "java..", "javax.net..", "io.netty..", "org.slf4j..",
                "javax.crypto..", "com.ongres.scram..")
            .check(shipped);
    }

    @Test
    void saslKnowsNeitherTheSessionNorNetty() {
        classes().that().resideInAPackage("org.postlane.smtp.sasl..")
            .should().onlyDependOnClassesThat()
            .resideInAnyPackage("org.postlane.smtp.sasl..", "java..", "javax.crypto..", "com.ongres.scram..")
            .check(shipped);
    }

    @Test
    void thePoolKnowsNeitherSmtpNorNettyNorJames() {
        classes().that().resideInAPackage("org.postlane.pool..")
            .should().onlyDependOnClassesThat()
            .resideInAnyPackage("org.postlane.pool..", "java..", "org.slf4j..")
            .check(shipped);
    }

    @Test
    void schedulingAndJournalKnowNeitherMailNorJames() {
        classes().that().resideInAnyPackage("org.postlane.schedule..", "org.postlane.journal..")
            .should().onlyDependOnClassesThat()
            .resideInAnyPackage("org.postlane.schedule..", "org.postlane.journal..", "java..", "org.slf4j..",
                "io.github.bucket4j..")
            .allowEmptyShould(true)
            .check(shipped);
    }

    @Test
    void onlyTheClusterKnowsRedis() {
        noClasses().that().resideOutsideOfPackage("org.postlane.cluster..")
            .should().dependOnClassesThat().resideInAnyPackage("io.lettuce..", "io.github.bucket4j.redis..",
                "io.github.bucket4j.distributed..")
            .check(shipped);
    }

    @Test
    void routesAreFoundWithoutPoolOrEngine() {
        noClasses().that().resideInAPackage("org.postlane.route..")
            .should().dependOnClassesThat().resideInAnyPackage("org.postlane.pool..", "org.postlane.outbound..")
            .check(shipped);
    }

    @Test
    void nothingDependsOnWhatJamesNamesInItsConfiguration() {
        noClasses().that().resideOutsideOfPackages("org.postlane.mailet..", "org.postlane.smtpserver..",
                "org.postlane.webadmin..", "org.postlane.pop3..")
            .should().dependOnClassesThat().resideInAnyPackage("org.postlane.mailet..", "org.postlane.smtpserver..",
                "org.postlane.webadmin..", "org.postlane.pop3..")
            .check(shipped);
    }

    @Test
    void logsGoThroughSlf4jAndNothingIsPrinted() {
        NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS.check(shipped);
        NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING.check(shipped);
    }
}
