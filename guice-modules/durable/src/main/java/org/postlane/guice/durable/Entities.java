// SPDX-License-Identifier: Apache-2.0
package org.postlane.guice.durable;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import javax.persistence.EntityManagerFactory;
import javax.sql.DataSource;

import org.apache.james.domainlist.jpa.model.JPADomain;
import org.apache.james.mailbox.jpa.mail.model.JPAMailbox;
import org.apache.james.mailbox.jpa.mail.model.JPAMailboxAnnotation;
import org.apache.james.mailbox.jpa.mail.model.JPAMailboxAnnotationId;
import org.apache.james.mailbox.jpa.mail.model.JPAProperty;
import org.apache.james.mailbox.jpa.mail.model.JPAUserFlag;
import org.apache.james.mailbox.jpa.mail.model.openjpa.AbstractJPAMailboxMessage;
import org.apache.james.mailbox.jpa.mail.model.openjpa.JPAMailboxMessage;
import org.apache.james.mailbox.jpa.quota.model.JpaCurrentQuota;
import org.apache.james.mailbox.jpa.quota.model.MaxDomainMessageCount;
import org.apache.james.mailbox.jpa.quota.model.MaxDomainStorage;
import org.apache.james.mailbox.jpa.quota.model.MaxGlobalMessageCount;
import org.apache.james.mailbox.jpa.quota.model.MaxGlobalStorage;
import org.apache.james.mailbox.jpa.quota.model.MaxUserMessageCount;
import org.apache.james.mailbox.jpa.quota.model.MaxUserStorage;
import org.apache.james.mailbox.jpa.user.model.JPASubscription;
import org.apache.james.mailrepository.jpa.model.JPAMail;
import org.apache.james.mailrepository.jpa.model.JPAUrl;
import org.apache.james.rrt.jpa.model.JPARecipientRewrite;
import org.apache.james.sieve.jpa.model.JPASieveQuota;
import org.apache.james.sieve.jpa.model.JPASieveScript;
import org.apache.james.user.jpa.model.JPAUser;
import org.apache.openjpa.persistence.OpenJPAPersistence;

/** James' JPA entities, which James' jars hold ready for OpenJPA, and how their tables are made. */
final class Entities {
    private static final List<Class<?>> TYPES = List.of(
        JPAMailbox.class, JPAUserFlag.class, AbstractJPAMailboxMessage.class, JPAMailboxMessage.class, JPAProperty.class,
        JPAMailboxAnnotation.class, JPAMailboxAnnotationId.class, JPASubscription.class,
        JPADomain.class, JPAUser.class, JPARecipientRewrite.class,
        JPAUrl.class, JPAMail.class,
        JPASieveScript.class, JPASieveQuota.class,
        JpaCurrentQuota.class, MaxDomainMessageCount.class, MaxDomainStorage.class, MaxGlobalMessageCount.class,
        MaxGlobalStorage.class, MaxUserMessageCount.class, MaxUserStorage.class);
    /** Columns that James makes too narrow for what it writes into them. */
    private static final String WIDER_COLUMNS = "META-INF/postlane-wider-columns.xml";

    private Entities() {
    }

    /** Makes the tables and indexes that are missing, and leaves the columns of those that are there as they are. */
    static EntityManagerFactory open(DataSource pool, DatabaseSettings settings) throws SQLException {
        Map<String, Object> properties = new HashMap<>();
        properties.put("openjpa.ConnectionFactory", pool);
        properties.put("openjpa.jdbc.DBDictionary", settings.url().kind().dictionary());
        properties.put("openjpa.MetaDataFactory", "jpa(Types=" + types() + ",Resources=" + WIDER_COLUMNS + ")");
        // As in James' own persistence.xml: a mailbox takes its mail with it, by foreign keys.
        properties.put("openjpa.jdbc.SynchronizeMappings", "buildSchema(ForeignKeys=true)");
        properties.put("openjpa.jdbc.MappingDefaults", "ForeignKeyDeleteAction=cascade, JoinForeignKeyDeleteAction=cascade");
        properties.put("openjpa.jdbc.SchemaFactory", "native(ForeignKeys=true)");
        properties.put("openjpa.jdbc.QuerySQLCache", "false");
        // James hands one entity manager from thread to thread.
        properties.put("openjpa.Multithreaded", "true");
        properties.put("openjpa.DynamicEnhancementAgent", "false");
        properties.put("openjpa.Log", "slf4j");
        properties.putAll(settings.openJpa());
        EntityManagerFactory entities = OpenJPAPersistence.getEntityManagerFactory(properties);
        try {
            // The first one makes the tables.
            entities.createEntityManager().close();
            try (Connection connection = pool.getConnection()) {
                Indexes.makeMissing(connection, settings.url().kind());
            }
            return entities;
        } catch (SQLException | RuntimeException e) {
            entities.close();
            throw e;
        }
    }

    private static String types() {
        return TYPES.stream().map(Class::getName).collect(Collectors.joining(";"));
    }
}
