// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postlane.outbound.settings.AgreedCluster;
import org.postlane.outbound.settings.AgreedLimits;

/** Holds {@code docs/remote-delivery.md}, the keys in {@code docs/outbound.md}, and the code together. */
class RemoteDeliveryDocumentTest {
    private static final Path DOCUMENT = Path.of("..", "docs", "remote-delivery.md");
    private static final Path KEYS = Path.of("..", "docs", "outbound.md");
    private static final Pattern ROW = Pattern.compile("\\| `([A-Za-z0-9_.*-]+)` \\| (.*) \\|");
    private static final List<String> OWN_KEYS = List.of(AgreedLimits.MAX_CONNECTIONS_PER_HOST, AgreedLimits.MAX_CONNECTIONS,
        AgreedLimits.IDLE_TIMEOUT, AgreedLimits.MAX_CONNECTION_AGE, AgreedLimits.MAX_MAILS_PER_CONNECTION,
        RemoteDeliveryParameters.TLS, CredentialParameters.AUTH_WITHOUT_TLS, CredentialParameters.AUTH_MECHANISM,
        CredentialParameters.AUTHORIZATION_ID, TlsParameters.TRUST_STORE, TlsParameters.TRUST_STORE_PASSWORD,
        TlsParameters.CLIENT_KEY, TlsParameters.CLIENT_KEY_PASSWORD,
        SessionParameters.GATEWAY_PROTOCOL, SessionParameters.IGNORE_EXTENSIONS, LiveParameters.RATES,
        LiveParameters.CONNECTION_RATES, LiveParameters.DESTINATION_CONCURRENCY, RouteParameters.ROUTES,
        RouteParameters.TLS_POLICIES, RouteParameters.ADDRESS_FAMILIES, RouteParameters.MX_PORT,
        OutcomeParameters.MIN_BACK_OFF, OutcomeParameters.MAX_BACK_OFF, OutcomeParameters.QUEUE_LIFETIME,
        OutcomeParameters.DELAY_WARNING, OutcomeParameters.DEAD_LETTERS, RemoteDeliveryParameters.MAILS_IN_HAND,
        RemoteDeliveryParameters.SHARED_DESTINATIONS, RemoteDeliveryParameters.ENTRY_PER_DOMAIN,
        RemoteDeliveryParameters.MEGABYTES_IN_HAND, AgreedCluster.SHARED_LIMITS, AgreedCluster.NODES);
    private static Map<String, List<String>> own;
    private static Map<String, List<String>> stock;
    private static String text;

    @BeforeAll
    static void read() throws Exception {
        text = Files.readString(DOCUMENT);
        own = table(Files.readString(KEYS), "\n## Keys\n");
        stock = table(text, "\n## Keys of James' RemoteDelivery\n");
    }

    private static Map<String, List<String>> table(String text, String heading) {
        int begin = text.indexOf(heading);
        assertThat(begin).as(heading).isNotNegative();
        int end = text.indexOf("\n## ", begin + 1);
        Map<String, List<String>> rows = new TreeMap<>();
        text.substring(begin, end).lines().map(ROW::matcher).filter(Matcher::matches)
            .forEach(row -> rows.put(row.group(1), List.of(row.group(2).split(" \\| "))));
        return rows;
    }

    @ParameterizedTest
    @EnumSource(StockParameter.class)
    void everyStockKeyStandsInTheTableWithItsFate(StockParameter key) {
        assertThat(stock).containsKey(key.key());
        assertThat(stock.get(key.key())).hasSize(4).noneMatch(String::isBlank);
        assertThat(stock.get(key.key()).get(2)).isEqualTo(key.fate().name().toLowerCase(Locale.US));
    }

    @Test
    void theTableOfStockKeysHoldsNoOther() {
        assertThat(stock).hasSize(StockParameter.values().length + 1);
        assertThat(stock.get("mail.*").get(2)).isEqualTo("refused");
    }

    @Test
    void everyOwnKeyStandsInTheTableWithUnitDefaultAndMeaning() {
        assertThat(own.keySet()).containsAll(OWN_KEYS);
        assertThat(OWN_KEYS).allSatisfy(key -> assertThat(own.get(key)).hasSize(3).noneMatch(String::isBlank));
    }

    @Test
    void theOwnKeysAreAllThatTheMailetReadsBesideStocks() throws Exception {
        try (Delivery delivery = new Delivery()) {
            String message = catchThrowable(() -> delivery.start("nonsense", "1")).getMessage();
            List<String> known = List.of(message.substring(message.indexOf("Known are: ") + 11).split(", "));
            assertThat(known).filteredOn(key -> !key.startsWith("onM"))
                .allMatch(key -> own.containsKey(key) || stock.containsKey(key));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"delivery-error", "delivery-error-code", "is-delivery-permanent-error", "delivery_retry_count",
        "postlane-queued-at", "postlane-next-attempt-at",
        "postlane-handed-back", "postlane-delay-reported", "postlane-processor"})
    void everyAttributeHasARow(String name) {
        assertThat(text).contains("\n| `" + name + "` | ");
    }
}
