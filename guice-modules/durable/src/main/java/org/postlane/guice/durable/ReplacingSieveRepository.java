// SPDX-License-Identifier: Apache-2.0
package org.postlane.guice.durable;

import java.util.List;
import javax.inject.Inject;
import javax.persistence.EntityManager;
import javax.persistence.EntityManagerFactory;
import javax.persistence.PersistenceException;

import org.apache.james.backends.jpa.EntityManagerUtils;
import org.apache.james.core.Username;
import org.apache.james.sieve.jpa.JPASieveRepository;
import org.apache.james.sieve.jpa.model.JPASieveScript;
import org.apache.james.sieverepository.api.ScriptContent;
import org.apache.james.sieverepository.api.ScriptName;
import org.apache.james.sieverepository.api.exception.QuotaExceededException;
import org.apache.james.sieverepository.api.exception.StorageException;

/**
 * James' Sieve scripts in the database, where a script that is put again takes the place of the one of its name (RFC 5804 2.6)
 * and stays active if it was. James' own adds a second one of that name, and after that finds neither.
 */
final class ReplacingSieveRepository extends JPASieveRepository {
    private final EntityManagerFactory entities;
    private final Object oneAtATime = new Object();

    @Inject
    ReplacingSieveRepository(EntityManagerFactory entities) {
        super(entities);
        this.entities = entities;
    }

    @Override
    public void putScript(Username username, ScriptName name, ScriptContent content)
            throws StorageException, QuotaExceededException {
        haveSpace(username, name, content.length());
        synchronized (oneAtATime) {
            EntityManager manager = entities.createEntityManager();
            try {
                manager.getTransaction().begin();
                put(manager, username, name, content);
                manager.getTransaction().commit();
            } catch (PersistenceException e) {
                throw new StorageException("Unable to put script " + name.getValue() + " for user " + username.asString(), e);
            } finally {
                EntityManagerUtils.safelyClose(manager);
            }
        }
    }

    private static void put(EntityManager manager, Username username, ScriptName name, ScriptContent content) {
        List<JPASieveScript> replaced = manager.createNamedQuery("findSieveScript", JPASieveScript.class)
            .setParameter("username", username.asString())
            .setParameter("scriptName", name.getValue())
            .getResultList();
        boolean active = replaced.stream().anyMatch(JPASieveScript::isActive);
        replaced.forEach(manager::remove);
        manager.persist(JPASieveScript.builder()
            .username(username.asString())
            .scriptName(name.getValue())
            .scriptContent(content)
            .isActive(active)
            .build());
    }
}
