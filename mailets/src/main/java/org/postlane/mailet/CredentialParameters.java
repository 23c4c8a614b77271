// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

import org.postlane.james.ConfigurationError;
import org.postlane.james.Parameters;
import org.postlane.smtp.TlsMode;
import org.postlane.smtp.sasl.Credentials;
import org.postlane.smtp.sasl.SaslMechanism;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads as whom an element authenticates to its gateways. No message shows the password. */
final class CredentialParameters {
    static final String AUTH_WITHOUT_TLS = "gatewayAuthWithoutTls";
    static final String AUTH_MECHANISM = "gatewayAuthMechanism";
    static final String AUTHORIZATION_ID = "gatewayAuthorizationId";

    private static final Logger LOGGER = LoggerFactory.getLogger(PooledRemoteDelivery.class);
    /** Tokens expire within hours, and a configuration is read once. */
    private static final Set<SaslMechanism> MECHANISMS =
        EnumSet.of(SaslMechanism.SCRAM_SHA_256, SaslMechanism.PLAIN, SaslMechanism.CRAM_MD5, SaslMechanism.LOGIN);

    /** The names of those that can be fixed. */
    static final String MECHANISM_NAMES = MECHANISMS.stream().map(SaslMechanism::saslName).collect(Collectors.joining(", "));

    private final Parameters parameters;

    CredentialParameters(Parameters parameters) {
        this.parameters = parameters;
    }

    /** Whether a user name is written, in either spelling. */
    boolean hasUserName() {
        boolean current = parameters.isSet(StockParameter.GATEWAY_USERNAME.key());
        return parameters.isSet(StockParameter.GATEWAY_USERNAME_OF_2_3.key()) || current;
    }

    /** Whether they may cross the network readable. */
    boolean areAllowedWithoutTls() {
        return parameters.flag(AUTH_WITHOUT_TLS, false);
    }

    /**
     * The credentials; none, with a warning, where there is no gateway to give them to.
     *
     * @throws ConfigurationError where something is missing, cannot be sent, or would be sent readable
     */
    Optional<Credentials> read(TlsMode tls, boolean hasGateway) {
        String userKey = StockParameter.GATEWAY_USERNAME.key();
        String passwordKey = StockParameter.GATEWAY_PASSWORD.key();
        Optional<String> user = parameters.text(userKey, "a user name")
            .or(() -> parameters.text(StockParameter.GATEWAY_USERNAME_OF_2_3.key(), "a user name"));
        boolean withoutTls = areAllowedWithoutTls();
        boolean passwordWritten = parameters.isSet(passwordKey);
        Optional<SaslMechanism> mechanism = mechanism();
        Optional<String> identity = parameters.text(AUTHORIZATION_ID, "the name of the user to act as");
        if (user.isEmpty()) {
            if (mechanism.isPresent() || identity.isPresent()) {
                throw new ConfigurationError(parameters.where() + ": <"
                    + (mechanism.isPresent() ? AUTH_MECHANISM : AUTHORIZATION_ID) + "> is written without <" + userKey
                    + ">: expected a user name and a password beside it");
            }
            return Optional.empty();
        }
        if (!hasGateway) {
            LOGGER.warn("{}: <{}> has no effect without <{}>", parameters.where(), userKey, StockParameter.GATEWAY.key());
            return Optional.empty();
        }
        if (!passwordWritten) {
            throw new ConfigurationError(parameters.where() + ": <" + userKey + "> is written without <" + passwordKey
                + ">: expected both");
        }
        if (tls == TlsMode.NONE && !withoutTls) {
            throw new ConfigurationError(parameters.where() + ": <" + userKey
                + "> is written and TLS is off, so the password would cross the network readable: expected TLS, or <"
                + AUTH_WITHOUT_TLS + ">true</" + AUTH_WITHOUT_TLS + ">");
        }
        return Optional.of(credentials(user.get(), parameters.raw(passwordKey), mechanism, identity)
            .allowedWithoutTls(withoutTls));
    }

    private Credentials credentials(String user, String password, Optional<SaslMechanism> mechanism, Optional<String> identity) {
        try {
            Credentials credentials = Credentials.password(user, password);
            if (identity.isPresent()) {
                credentials = credentials.withAuthorizationId(identity.get());
            }
            return mechanism.isPresent() ? credentials.withMechanism(mechanism.get()) : credentials;
        } catch (IllegalArgumentException e) {
            throw new ConfigurationError(parameters.where() + ": <" + StockParameter.GATEWAY_USERNAME.key() + ">, <"
                + StockParameter.GATEWAY_PASSWORD.key() + ">, <" + AUTH_MECHANISM + "> and <" + AUTHORIZATION_ID
                + "> do not go together: " + e.getMessage());
        }
    }

    private Optional<SaslMechanism> mechanism() {
        return parameters.text(AUTH_MECHANISM, MECHANISM_NAMES)
            .map(written -> mechanismOf(written).orElseThrow(() -> parameters.error(AUTH_MECHANISM, MECHANISM_NAMES)));
    }

    /** The mechanism of this name, where it can be fixed. */
    static Optional<SaslMechanism> mechanismOf(String name) {
        return SaslMechanism.of(name).filter(MECHANISMS::contains);
    }
}
