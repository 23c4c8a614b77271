// SPDX-License-Identifier: Apache-2.0
package org.postlane.guice.durable;

import java.beans.BeanInfo;
import java.beans.IntrospectionException;
import java.beans.Introspector;
import java.beans.PropertyDescriptor;
import java.lang.reflect.InvocationTargetException;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

import org.apache.commons.dbcp2.BasicDataSource;

/**
 * Makes the pool of connections to the database. Each is tried before it is used, so that a database which stopped and came back
 * is used again without a restart.
 */
final class ConnectionPool {
    /** Above the threads that James has for mailboxes at a time, half of the 100 that PostgreSQL allows by default. */
    private static final int MAX_TOTAL = 50;
    /** Then the caller gets an error, which is temporary everywhere in James; the pool by itself would wait for ever. */
    private static final long MAX_WAIT_MILLIS = 30_000;
    private static final int VALIDATION_SECONDS = 5;
    private static final long IDLE_MILLIS = 300_000;
    /** The key of James' JPA server for a property that the pool calls otherwise. */
    private static final String JAMES_TIMEOUT = "validationQueryTimeoutSec";
    private static final String POOL_TIMEOUT = "validationQueryTimeout";
    /** What the other keys say, or what no text can say. */
    private static final Set<String> NOT_HERE = Set.of("url", "username", "password", "driver", "driverClassName", "loginTimeout",
        "driverClassLoader", "logWriter", "jmxName", POOL_TIMEOUT);

    private ConnectionPool() {
    }

    /** A pool without connections; none is opened here. */
    static BasicDataSource make(DatabaseSettings settings) {
        DatabaseUrl url = settings.url();
        BasicDataSource pool = new BasicDataSource();
        pool.setDriverClassName(url.kind().driver());
        pool.setUrl(url.value());
        pool.setUsername(settings.username());
        pool.setPassword(settings.password());
        pool.setConnectionProperties(url.kind().connectionProperties());
        pool.setMaxTotal(MAX_TOTAL);
        // Opening one costs PostgreSQL a process: those of a busy time are kept, and closed when it is over.
        pool.setMaxIdle(MAX_TOTAL);
        pool.setMinEvictableIdleTimeMillis(IDLE_MILLIS);
        pool.setTimeBetweenEvictionRunsMillis(IDLE_MILLIS);
        pool.setMaxWaitMillis(MAX_WAIT_MILLIS);
        pool.setTestOnBorrow(true);
        pool.setValidationQueryTimeout(VALIDATION_SECONDS);
        settings.pool().forEach((property, value) -> set(settings, pool, property, value));
        return pool;
    }

    private static void set(DatabaseSettings settings, BasicDataSource pool, String property, String value) {
        String name = property.equals(JAMES_TIMEOUT) ? POOL_TIMEOUT : property;
        PropertyDescriptor descriptor = Arrays.stream(properties())
            .filter(each -> each.getName().equals(name) && settable(each))
            .filter(each -> property.equals(JAMES_TIMEOUT) || !NOT_HERE.contains(name))
            .findFirst()
            .orElseThrow(() -> settings.poolError(property, value, "the pool has no such property; it has " + known()));
        Object parsed = parse(descriptor.getPropertyType(), value)
            .orElseThrow(() -> settings.poolError(property, value, "expected " + expected(descriptor.getPropertyType())));
        try {
            descriptor.getWriteMethod().invoke(pool, parsed);
        } catch (InvocationTargetException e) {
            throw settings.poolError(property, value, StoreError.reason(e.getCause()));
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    private static PropertyDescriptor[] properties() {
        try {
            BeanInfo bean = Introspector.getBeanInfo(BasicDataSource.class);
            return bean.getPropertyDescriptors();
        } catch (IntrospectionException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean settable(PropertyDescriptor property) {
        return property.getWriteMethod() != null && !expected(property.getPropertyType()).isEmpty();
    }

    private static Set<String> known() {
        Set<String> names = new TreeSet<>();
        for (PropertyDescriptor property : properties()) {
            if (settable(property) && !NOT_HERE.contains(property.getName())) {
                names.add(property.getName());
            }
        }
        names.add(JAMES_TIMEOUT);
        return names;
    }

    private static Optional<Object> parse(Class<?> type, String value) {
        try {
            if (type == int.class || type == Integer.class) {
                return Optional.of(Integer.valueOf(value));
            }
            if (type == long.class || type == Long.class) {
                return Optional.of(Long.valueOf(value));
            }
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
        if (type == boolean.class || type == Boolean.class) {
            return value.equals("true") || value.equals("false") ? Optional.of(Boolean.valueOf(value)) : Optional.empty();
        }
        return Optional.of(value);
    }

    private static String expected(Class<?> type) {
        if (type == int.class || type == Integer.class || type == long.class || type == Long.class) {
            return "a whole number";
        }
        if (type == boolean.class || type == Boolean.class) {
            return "true or false";
        }
        return type == String.class ? "a text" : "";
    }
}
