// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

import org.postlane.james.ConfigurationError;
import org.postlane.james.JamesFiles;
import org.postlane.james.Parameters;
import org.postlane.route.AddressFamilies;
import org.postlane.route.DomainRules;
import org.postlane.route.Gateway;
import org.postlane.route.GatewayRoutes;
import org.postlane.route.HostSession;
import org.postlane.route.RouteSource;
import org.postlane.route.RouteTable;
import org.postlane.smtp.TlsMaterial;
import org.postlane.smtp.TlsMode;
import org.postlane.smtp.sasl.Credentials;

/** Reads which way the mail of which domains goes, and how it is protected on the way. No message shows a password. */
final class RouteParameters {
    static final String ROUTES = "routes";
    static final String TLS_POLICIES = "tlsPolicies";
    static final String ADDRESS_FAMILIES = "addressFamilies";
    static final String MX_PORT = "mxPort";

    private static final String TO_MX = "mx";
    private static final String FROM = "from:";
    private static final String ORDER = "order";
    private static final List<String> STOCK_TLS = List.of(StockParameter.START_TLS.key(), StockParameter.SSL_ENABLE.key());

    private final Parameters parameters;
    private final JamesFiles files;
    private final TlsMode usualTls;
    private final DomainRules<TlsMode> policies;
    private final List<Rule> rules = new ArrayList<>();
    /** The gateways behind each name: mail of one name shares connections and transactions. */
    private final Map<String, List<Gateway>> named = new HashMap<>();

    /**
     * Reads all but what the rules lead to.
     *
     * @param files where files are, which rules name
     * @param usualTls for gateways of a rule that says nothing else
     * @throws ConfigurationError that names the rule and what was expected
     */
    RouteParameters(Parameters parameters, JamesFiles files, TlsMode usualTls) {
        this.parameters = parameters;
        this.files = files;
        this.usualTls = usualTls;
        this.policies = DomainRuleParameters.read(parameters, TLS_POLICIES, TlsParameters.MODES, TlsParameters::mode);
        if (policies.byDefault().isPresent()) {
            throw parameters.error(TLS_POLICIES, "no rule for default, which is <" + RemoteDeliveryParameters.TLS + ">");
        }
        parameters.text(ROUTES, "rules such as partner.example = relay.partner.example:2525").ifPresent(this::readRules);
        for (String stock : STOCK_TLS) {
            if (parameters.isSet(stock) && (!rules.isEmpty() || !policies.isEmpty())) {
                throw new ConfigurationError(parameters.where() + ": <" + stock + "> is written beside <"
                    + (rules.isEmpty() ? TLS_POLICIES : ROUTES) + ">: expected <" + RemoteDeliveryParameters.TLS
                    + "> in its place");
            }
        }
    }

    private void readRules(String text) {
        int number = 0;
        for (String written : RouteRule.split(text)) {
            number++;
            try {
                RouteRule rule = RouteRule.parse(written);
                rules.add(new Rule(number, rule, gatewaysOf(rule)));
            } catch (IllegalArgumentException e) {
                throw error(number, e.getMessage());
            }
        }
    }

    /** By its number and not its words: there may be a password in them. */
    private ConfigurationError error(int number, String message) {
        return new ConfigurationError(parameters.where() + ": <" + ROUTES + ">: rule " + number + ": " + message);
    }

    private ConfigurationError error(Rule rule, String message) {
        return error(rule.number, String.join(", ", rule.written.matches()) + ": " + message);
    }

    /** Which families of addresses are connected to. */
    AddressFamilies addressFamilies() {
        String expected = "any, ipv4 or ipv6";
        return parameters.text(ADDRESS_FAMILIES, expected)
            .map(text -> Arrays.stream(AddressFamilies.values())
                .filter(one -> one.name().equals(text.toUpperCase(Locale.ROOT)))
                .findFirst().orElseThrow(() -> parameters.error(ADDRESS_FAMILIES, expected)))
            .orElse(AddressFamilies.ANY);
    }

    /** The port of mail servers that MX records name. */
    int mxPort(int absent) {
        return parameters.wholeNumber(MX_PORT, absent, 1, Ports.HIGHEST);
    }

    /** By domain. */
    DomainRules<TlsMode> tlsPolicies() {
        return policies;
    }

    /** All that rules ask for. */
    Set<TlsMode> tlsModes() {
        Set<TlsMode> modes = new TreeSet<>();
        rules.forEach(rule -> rule.gateways.forEach(gateway -> modes.add(gateway.session().tls())));
        policies.values().forEach(modes::add);
        return modes;
    }

    /**
     * The table.
     *
     * @param parts what routes are made with
     * @param otherwise for mail that no rule names; {@code isGateway} where that is written too
     */
    RouteTable table(RouteParts parts, TlsMaterial material, RouteSource toMx, RouteSource otherwise, boolean isGateway) {
        if (rules.isEmpty()) {
            return RouteTable.always(otherwise);
        }
        RouteTable.Builder table = new RouteTable.Builder();
        for (Rule rule : rules) {
            RouteSource source = rule.isToMx() ? toMx : parts.through(nameOf(rule.gateways), rule.gateways.stream()
                .map(gateway -> gateway.with(gateway.session().withTlsMaterial(materialFor(gateway, material))))
                .collect(Collectors.toList()), rule.order, policies);
            for (String match : rule.written.matches()) {
                try {
                    add(table, match, source);
                } catch (IllegalArgumentException e) {
                    throw error(rule, e.getMessage());
                }
            }
        }
        if (isGateway && table.coversAll()) {
            throw new ConfigurationError(parameters.where() + ": <" + ROUTES + "> has a rule for * and <"
                + StockParameter.GATEWAY.key() + "> is written too: expected one of them");
        }
        return table.otherwise(otherwise);
    }

    /** The certificate that is shown is the element's, and so is the trust store where the rule has none. */
    private static TlsMaterial materialFor(Gateway gateway, TlsMaterial ofElement) {
        TlsMaterial own = gateway.session().tlsMaterial();
        return own.hasOwnTrust() ? ofElement.withTrustOf(own) : ofElement;
    }

    private static void add(RouteTable.Builder table, String match, RouteSource source) {
        String expected = "expected a domain, *.DOMAIN or *, with from:DOMAIN in front or alone";
        String[] words = match.split(" ", -1);
        boolean hasSender = words[0].regionMatches(true, 0, FROM, 0, FROM.length());
        if (words.length > (hasSender ? 2 : 1)) {
            throw new IllegalArgumentException(expected);
        }
        Optional<String> sender = hasSender ? Optional.of(words[0].substring(FROM.length())) : Optional.empty();
        String recipients = hasSender && words.length == 1 ? "*" : words[words.length - 1];
        table.rule(sender, Optional.of(recipients).filter(pattern -> !pattern.equals("*")), source);
    }

    /** What these gateways are called together; the same ones are one destination, and no others. */
    String nameOf(List<Gateway> gateways) {
        String plain = gateways.stream().map(Gateway::toString).collect(Collectors.joining(", "));
        String name = plain;
        for (int i = 2; !named.computeIfAbsent(name, key -> gateways).equals(gateways); i++) {
            name = plain + " #" + i;
        }
        return name;
    }

    private List<Gateway> gatewaysOf(RouteRule rule) {
        boolean isMx = rule.targets().stream().anyMatch(target -> target.host().equalsIgnoreCase(TO_MX));
        if (isMx) {
            if (rule.targets().size() > 1 || !rule.options().isEmpty() || !rule.targets().get(0).options().isEmpty()) {
                throw new IllegalArgumentException("expected mx alone, without other hosts and without options; its TLS is in <"
                    + TLS_POLICIES + ">");
            }
            return List.of();
        }
        List<Gateway> gateways = new ArrayList<>();
        for (RouteRule.Target target : rule.targets()) {
            gateways.add(gateway(GatewayText.parse(target.host()), rule.options(), target.options()));
        }
        return gateways;
    }

    private Gateway gateway(GatewayText text, Map<String, String> ofRule, Map<String, String> own) {
        RouteOptions options = new RouteOptions(files, ofRule, own);
        Optional<Credentials> user = options.credentials();
        boolean needsProof = user.isPresent() && !user.get().isAllowedWithoutTls();
        TlsMode mode = options.tls().orElse(needsProof ? TlsMode.VERIFIED : usualTls);
        if (text.scheme() == GatewayText.Scheme.SMTPS) {
            mode = options.implicitTls();
        } else if (mode == TlsMode.NONE && needsProof) {
            throw new IllegalArgumentException("expected TLS, or authWithoutTls=true: without, the password of "
                + user.get().user() + " would cross the network readable");
        }
        HostSession session = HostSession.DEFAULT.speaking(text.scheme().protocol()).withTls(mode).as(user)
            .withTlsMaterial(options.trust().orElse(TlsMaterial.DEFAULT));
        return new Gateway(text.host(), text.port(), text.weight().orElse(1), session, options.tls().isPresent());
    }

    /** A rule that has been understood. */
    private static final class Rule {
        private final int number;
        private final RouteRule written;
        private final List<Gateway> gateways;
        private final GatewayRoutes.Order order;

        private Rule(int number, RouteRule written, List<Gateway> gateways) {
            this.number = number;
            this.written = written;
            this.gateways = gateways;
            this.order = orderOf(written, gateways);
        }

        private boolean isToMx() {
            return gateways.isEmpty();
        }

        private static GatewayRoutes.Order orderOf(RouteRule written, List<Gateway> gateways) {
            boolean weighted = gateways.stream().anyMatch(gateway -> gateway.weight() > 1);
            String expected = "expected order=listed, order=weighted or order=shuffled, and weights with weighted only";
            String order = written.options().get(ORDER);
            if (order == null) {
                return weighted ? GatewayRoutes.Order.WEIGHTED : GatewayRoutes.Order.LISTED;
            }
            GatewayRoutes.Order found = Arrays.stream(GatewayRoutes.Order.values())
                .filter(one -> one.name().equals(order.toUpperCase(Locale.ROOT)))
                .findFirst().orElseThrow(() -> new IllegalArgumentException(expected));
            if (weighted && found != GatewayRoutes.Order.WEIGHTED) {
                throw new IllegalArgumentException(expected);
            }
            return found;
        }
    }
}
