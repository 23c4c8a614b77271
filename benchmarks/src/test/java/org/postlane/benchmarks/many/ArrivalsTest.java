// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks.many;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.postlane.benchmarks.load.Injector;
import org.postlane.benchmarks.sink.Milestone;
import org.postlane.testing.fleet.Fleet;
import org.postlane.testing.fleet.FleetMail;

class ArrivalsTest {
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final String HERE = "127.0.0.1";

    private final Fleet fleet = Fleet.everywhere();

    @AfterEach
    void close() {
        fleet.close();
    }

    private static FleetMail mail(String host, String... recipients) {
        return new FleetMail(host, "127.0.0.1", 1, 0, "", List.of(recipients), "", 0);
    }

    @Test
    void recipientsCountAndNotMailsAndOnlyThoseOfTheHostsInQuestion() throws Exception {
        Arrivals arrivals = Arrivals.in(fleet, HERE::equals);
        Milestone three = arrivals.expect(3);
        arrivals.accept(mail(HERE, "a@d1.test", "b@d1.test"));
        arrivals.accept(mail("127.16.0.1", "a@d1.test"));
        assertThat(three.isReached(Duration.ZERO)).isFalse();
        arrivals.accept(mail(HERE, "c@d1.test"));
        assertThat(three.isReached(Duration.ZERO)).isTrue();
        assertThat(arrivals.count()).isEqualTo(3);
    }

    @Test
    void theInjectorGivesEachMailARecipientOfItsOwn() throws Exception {
        Arrivals arrivals = Arrivals.in(fleet, HERE::equals);
        List<String> seen = new CopyOnWriteArrayList<>();
        fleet.onMail(mail -> {
            seen.addAll(mail.recipients());
            arrivals.accept(mail);
        });
        Milestone all = arrivals.expect(4);
        new Injector(fleet.port(), 2, 100, number -> "u" + number + "@d1.test").send(4);
        all.await(PATIENCE);
        assertThat(seen).containsExactlyInAnyOrder("u0@d1.test", "u1@d1.test", "u2@d1.test", "u3@d1.test");
    }
}
