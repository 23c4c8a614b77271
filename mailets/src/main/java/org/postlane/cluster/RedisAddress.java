// SPDX-License-Identifier: Apache-2.0
package org.postlane.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.time.Duration;
import java.util.Objects;

import io.lettuce.core.RedisURI;

/** Where a Redis is, and how to log in there. Immutable. No text of it shows the password. */
public final class RedisAddress {
    /** What {@link #parse} reads, for error messages. */
    public static final String EXPECTED =
        "redis://HOST, or rediss://USER:PASSWORD@HOST:PORT/DATABASE with TLS, what is special percent-encoded";

    private static final int DEFAULT_PORT = 6379;
    private static final int HIGHEST_PORT = 65_535;
    private static final int MOST_DATABASES = 10_000;

    private final boolean tls;
    private final String user;
    private final String password;
    private final String host;
    private final int port;
    private final int database;

    private RedisAddress(URI uri) {
        this.tls = scheme(uri);
        this.host = host(uri);
        this.port = uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort();
        this.database = database(uri.getPath());
        String login = uri.getRawUserInfo();
        int colon = login == null ? 0 : login.indexOf(':');
        if (colon < 0 || uri.getRawQuery() != null || uri.getRawFragment() != null || port < 1 || port > HIGHEST_PORT) {
            throw unfit();
        }
        this.user = login == null ? "" : decoded(login.substring(0, colon));
        this.password = login == null ? "" : decoded(login.substring(colon + 1));
        if (login != null && password.isEmpty()) {
            throw unfit();
        }
    }

    /**
     * Reads {@value #EXPECTED}. Without a user it is Redis' default one.
     *
     * @throws IllegalArgumentException for anything else; its message does not repeat it, since there may be a password in it
     */
    public static RedisAddress parse(String text) {
        try {
            return new RedisAddress(new URI(text));
        } catch (URISyntaxException e) {
            throw unfit();
        }
    }

    private static IllegalArgumentException unfit() {
        return new IllegalArgumentException("expected " + EXPECTED);
    }

    private static boolean scheme(URI uri) {
        boolean secure = "rediss".equalsIgnoreCase(uri.getScheme());
        if (!secure && !"redis".equalsIgnoreCase(uri.getScheme())) {
            throw unfit();
        }
        return secure;
    }

    private static String host(URI uri) {
        if (uri.getHost() == null) {
            throw unfit();
        }
        return uri.getHost();
    }

    private static int database(String path) {
        if (path == null || path.isEmpty() || path.equals("/")) {
            return 0;
        }
        if (!path.matches("/\\d{1,4}") || Integer.parseInt(path.substring(1)) >= MOST_DATABASES) {
            throw unfit();
        }
        return Integer.parseInt(path.substring(1));
    }

    private static String decoded(String part) {
        return URLDecoder.decode(part.replace("+", "%2B"), UTF_8);
    }

    /** For the client; what it waits for while a connection is made. */
    RedisURI uri(Duration timeout) {
        // The brackets of an IPv6 address belong to the URI.
        String name = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        RedisURI.Builder uri = RedisURI.Builder.redis(name, port).withDatabase(database).withSsl(tls).withTimeout(timeout);
        if (!user.isEmpty()) {
            uri.withAuthentication(user, password.toCharArray());
        } else if (!password.isEmpty()) {
            uri.withPassword(password.toCharArray());
        }
        return uri.build();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RedisAddress && toString().equals(other.toString()) && user.equals(((RedisAddress) other).user)
            && password.equals(((RedisAddress) other).password);
    }

    @Override
    public int hashCode() {
        return Objects.hash(toString(), user);
    }

    /** Without user and password. */
    @Override
    public String toString() {
        return (tls ? "rediss://" : "redis://") + host + ":" + port + "/" + database;
    }
}
