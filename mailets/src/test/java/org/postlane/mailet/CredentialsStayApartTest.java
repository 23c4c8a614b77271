// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postlane.testing.Reaction.proceed;
import static org.postlane.testing.Reaction.reply;
import static org.postlane.testing.Reaction.replyThenClose;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import org.apache.james.core.Domain;
import org.apache.james.core.MailAddress;
import org.apache.james.dnsservice.api.InMemoryDNSService;
import org.apache.james.server.core.MailImpl;
import org.junit.jupiter.api.Test;
import org.postlane.james.JamesFiles;
import org.postlane.james.Parameters;
import org.postlane.route.Host;
import org.postlane.route.HostHealth;
import org.postlane.route.Route;
import org.postlane.route.RouteTable;
import org.postlane.route.dns.Resolvers;
import org.postlane.smtp.SessionSettings;
import org.postlane.testing.Behaviour;
import org.postlane.testing.Connection;
import org.postlane.testing.Reaction;
import org.postlane.testing.SmtpServer;

/**
 * Two gateways, five senders, each with users of its own at each of them, or with none: whatever fails and falls back to what,
 * nobody's mail goes over a connection with another's user, and no gateway is shown a password of the other.
 */
class CredentialsStayApartTest {
    private static final String NOBODY = "nobody";
    private static final int INTERLEAVINGS = 10_000;
    private static final int MAILS = 1000;

    /** By sender, the users at the first and at the second gateway. */
    private static final List<List<String>> USERS = List.of(List.of("a1", "a2"), List.of("b1", "b2"), List.of("c1", NOBODY),
        List.of(NOBODY, "d2"), List.of(NOBODY, NOBODY));

    private static String routes(int first, int second) {
        StringBuilder rules = new StringBuilder();
        for (int sender = 0; sender < USERS.size(); sender++) {
            String one = gateway(first, USERS.get(sender).get(0));
            String two = gateway(second, USERS.get(sender).get(1));
            rules.append("from:s").append(sender).append(".test = ")
                .append(sender % 2 == 0 ? one + ", " + two : two + ", " + one).append(" order=shuffled\n");
        }
        return rules.toString();
    }

    private static String gateway(int port, String user) {
        return "127.0.0.1:" + port + (user.equals(NOBODY) ? "" : " (user=" + user + " password=of-" + user
            + " authWithoutTls=true)");
    }

    @Test
    void sessionsOfTwoSendersAreNeverEqualOverTenThousandRandomChoicesAndFailures() {
        RouteTable table = new RemoteDeliveryParameters(new Parameters("test", Map.of("routes", routes(2501, 2502))),
            new JamesFiles(TestFiles.IN_TEMP))
            .routes(Resolvers.of(new InMemoryDNSService()), () -> "home.test", new HostHealth());
        Map<SessionSettings, Set<String>> shared = new ConcurrentHashMap<>();
        IntStream.range(0, INTERLEAVINGS).parallel().forEach(i -> {
            Random random = new Random(i);
            int sender = random.nextInt(USERS.size());
            Domain recipient = Domain.of("d" + random.nextInt(20) + ".test");
            Route route = table.choose(Optional.of(Domain.of("s" + sender + ".test")), recipient).resolve(recipient)
                .orTimeout(60, TimeUnit.SECONDS).join();
            assertThat(route.hosts()).hasSize(2);
            for (Host host : route.hosts()) {
                SessionSettings key = host.settings().ehloName("home.test").build();
                String user = key.credentials().map(credentials -> credentials.user()).orElse(NOBODY);
                assertThat(user).isEqualTo(USERS.get(sender).get(host.address().getPort() - 2501));
                shared.computeIfAbsent(key, each -> ConcurrentHashMap.newKeySet()).add(host.address().getPort() + user);
                route.report(host, random.nextBoolean());
            }
        });
        assertThat(shared.values()).allSatisfy(users -> assertThat(users).hasSize(1));
        assertThat(shared).as("each user at its gateway, and nobody at each").hasSize(8);
    }

    @Test
    void noMailGoesOverAConnectionWithAnothersUserWhateverFails() throws Exception {
        Gateway first = new Gateway(0, true);
        Gateway second = new Gateway(1, false);
        try (SmtpServer one = SmtpServer.builder().auth("any", "any").behaviour(first).start();
             SmtpServer two = SmtpServer.builder().auth("any", "any").behaviour(second).start();
             Delivery delivery = new Delivery()) {
            delivery.start("routes", routes(one.port(), two.port()), "delayTime", "20", "maxRetries", "100",
                "bounceProcessor", "failed", "maxMailsPerConnection", "5");
            Random random = new Random(1);
            for (int i = 0; i < MAILS; i++) {
                MailImpl mail = Delivery.mail("mail" + i, "x@d" + random.nextInt(5) + ".test");
                mail.setSender(new MailAddress("from@s" + random.nextInt(USERS.size()) + ".test"));
                delivery.send(mail);
            }
            Delivery.eventually().atMost(90, TimeUnit.SECONDS)
                .until(() -> one.received().size() + two.received().size() >= MAILS);
            delivery.settled();
            assertThat(delivery.context.sentTo("failed")).isEmpty();
            assertThat(first.wrong).isEmpty();
            assertThat(second.wrong).isEmpty();
            assertThat(first.carried).containsExactlyInAnyOrder("a1", "b1", "c1", NOBODY);
            assertThat(second.carried).containsExactlyInAnyOrder("a2", "b2", "d2", NOBODY);
        }
    }

    /** Takes any password, remembers whose it was, and refuses every third mail with 421. */
    private static final class Gateway implements Behaviour {
        private final int index;
        private final boolean failing;
        private final Map<Integer, String> users = new ConcurrentHashMap<>();
        private final Set<String> wrong = ConcurrentHashMap.newKeySet();
        private final Set<String> carried = ConcurrentHashMap.newKeySet();
        private final Random random = new Random(2);

        private Gateway(int index, boolean failing) {
            this.index = index;
            this.failing = failing;
        }

        @Override
        public Reaction onAuth(Connection connection, String user, String secret) {
            if (!secret.equals("of-" + user) || USERS.stream().noneMatch(users -> users.get(index).equals(user))) {
                wrong.add(user + " with " + secret);
            }
            if (users.put(connection.id(), user) != null) {
                wrong.add("AUTH twice as " + user);
            }
            return reply("235 2.7.0 hello");
        }

        @Override
        public Reaction onMail(Connection connection, String from) {
            int sender = from.charAt(from.indexOf("@s") + 2) - '0';
            String user = users.getOrDefault(connection.id(), NOBODY);
            carried.add(user);
            if (!USERS.get(sender).get(index).equals(user)) {
                wrong.add(from + " as " + user);
            }
            return failing && random.nextInt(3) == 0 ? replyThenClose("421 4.3.2 going down") : proceed();
        }
    }
}
