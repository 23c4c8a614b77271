// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import javax.inject.Inject;

import org.apache.commons.configuration2.HierarchicalConfiguration;
import org.apache.commons.configuration2.ex.ConfigurationException;
import org.apache.commons.configuration2.tree.ImmutableNode;
import org.apache.james.protocols.smtp.hook.MailHook;
import org.apache.james.protocols.smtp.hook.RcptHook;
import org.apache.james.server.core.configuration.ConfigurationProvider;
import org.postlane.james.ConfigurationError;
import org.postlane.james.Nearest;

/**
 * Looks at the listeners of {@code smtpserver.xml} before James makes the first handler, for what no handler sees by itself: one
 * that James will never ask, because it stands behind one that decides; one whose {@link Place} is elsewhere; and a class that
 * does not exist, of which James tells without the file. Stateless.
 */
public final class ListenerCheck {
    /** Postlane's handlers, for who has misspelt one. */
    static final List<String> HANDLERS = List.of("RecipientTypeRcptHook", "auth.AuthHandler", "check.AddressChecks",
        "check.BlockedNetworks", "check.DnsLists", "check.RequireAuth", "check.ReverseDns", "limit.CommandLimits",
        "limit.ConnectionLimits", "limit.MessageLimits", "verb.DeliveryReportRequests", "verb.ExpnCommand", "verb.HelpCommand",
        "verb.MessageLines", "verb.ShutdownNotice", "verb.SyntaxRules", "verb.VrfyCommand");

    private static final String FILE = "smtpserver";

    /**
     * Looks.
     *
     * @throws ConfigurationError with file, listener, handler and what was expected
     * @throws ConfigurationException where James cannot read the file either
     */
    @Inject
    public ListenerCheck(ConfigurationProvider configuration) throws ConfigurationException {
        for (HierarchicalConfiguration<ImmutableNode> listener : configuration.getConfiguration(FILE).configurationsAt(FILE)) {
            if (listener.getBoolean("[@enabled]", true)) {
                check(listener);
            }
        }
    }

    private static void check(HierarchicalConfiguration<ImmutableNode> listener) {
        String where = FILE + ".xml, listener " + listener.getString("jmxName", listener.getString("bind", "without jmxName"));
        List<Class<?>> chain = listener.configurationsAt("handlerchain.handler").stream()
            .map(handler -> handler.getString("[@class]", "")).filter(name -> !name.isEmpty())
            .map(name -> find(where, name)).collect(Collectors.toList());
        Optional<Class<?>> last = Optional.empty();
        for (Class<?> handler : chain) {
            Optional<Class<?>> before = last;
            boolean isDecided = before.filter(placed -> step(placed) == Place.Step.DECISION).isPresent();
            if (isDecided && (MailHook.class.isAssignableFrom(handler) || RcptHook.class.isAssignableFrom(handler))) {
                throw misplaced(where, handler, before.get(), ", behind which James asks no handler about MAIL and RCPT");
            }
            if (handler.isAnnotationPresent(Place.class)) {
                before.filter(placed -> step(placed).compareTo(step(handler)) > 0).ifPresent(placed -> {
                    throw misplaced(where, handler, placed, "");
                });
                last = Optional.of(handler);
            }
        }
    }

    private static Place.Step step(Class<?> placed) {
        return placed.getAnnotation(Place.class).value();
    }

    private static ConfigurationError misplaced(String where, Class<?> handler, Class<?> before, String why) {
        return new ConfigurationError(where + ", handler " + handler.getSimpleName() + ": expected in front of "
            + before.getSimpleName() + why);
    }

    private static Class<?> find(String where, String name) {
        try {
            // Whatever James finds: its own classes, and those of all jars in extensions-jars.
            return Class.forName(name, false, ListenerCheck.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new ConfigurationError(where + ", <handler class=\"" + name + "\">: there is no such class; expected one of "
                + "James or of a jar in extensions-jars/, with its package" + meant(name));
        } catch (LinkageError e) {
            // It is there; James has more to say about what it lacks.
            return Object.class;
        }
    }

    private static String meant(String name) {
        String written = simple(name);
        return Nearest.meant(written, HANDLERS.stream().map(ListenerCheck::simple).collect(Collectors.toList()))
            .flatMap(nearest -> HANDLERS.stream().filter(handler -> simple(handler).equals(nearest)).findFirst())
            .map(handler -> ", such as " + ListenerCheck.class.getPackageName() + "." + handler).orElse("");
    }

    private static String simple(String name) {
        return name.substring(name.lastIndexOf('.') + 1);
    }
}
