// SPDX-License-Identifier: Apache-2.0
package org.postlane.webadmin;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;

import com.fasterxml.jackson.databind.JsonNode;
import org.apache.james.core.Username;
import org.apache.james.webadmin.utils.JsonExtractException;
import org.apache.james.webadmin.utils.JsonExtractor;
import org.apache.james.webadmin.utils.JsonTransformer;
import org.apache.james.webadmin.utils.Responses;
import org.eclipse.jetty.http.HttpStatus;
import org.postlane.credential.Credential;
import org.postlane.credential.CredentialStore;
import org.postlane.credential.Passwords;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import spark.Request;
import spark.Response;
import spark.Service;

/**
 * The credentials of users for SCRAM and CRAM-MD5: who has some, orders to derive or to forget them, and never what they are. A
 * password that James' own route sets, and a user whom it removes, count here too.
 */
final class CredentialRoutes {
    private static final Logger LOGGER = LoggerFactory.getLogger(CredentialRoutes.class);
    private static final String CREDENTIALS = PostlaneRoutes.BASE + "/credentials";
    private static final String USER = ":user";
    private static final String JAMES_USER = "/users/" + USER;
    private static final String PASSWORD = "password";

    private final CredentialStore store;
    private final Passwords passwords;
    private final JsonTransformer json;
    private final JsonExtractor<JsonNode> bodies = new JsonExtractor<>(JsonNode.class);

    CredentialRoutes(CredentialStore store, Passwords passwords, JsonTransformer json) {
        this.store = store;
        this.passwords = passwords;
        this.json = json;
    }

    void define(Service service) {
        service.get(CREDENTIALS, (request, response) -> list(request), json);
        service.get(CREDENTIALS + "/" + USER, (request, response) -> one(request), json);
        service.put(CREDENTIALS + "/" + USER, this::put);
        service.delete(CREDENTIALS + "/" + USER, this::delete);
        // James' route halts, behind which plain "after" filters are not asked.
        service.afterAfter(JAMES_USER, this::followJames);
    }

    private Map<String, Object> list(Request request) {
        int limit = Requests.limit(request);
        requireOpen();
        List<Credential> all = store.list();
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("total", all.size());
        answer.put("credentials", all.stream().limit(limit).map(CredentialRoutes::asJson).collect(Collectors.toList()));
        return answer;
    }

    private Map<String, Object> one(Request request) {
        return store.find(user(request)).map(CredentialRoutes::asJson).orElseThrow(() -> Requests.notFound("No such credential"));
    }

    private static Map<String, Object> asJson(Credential credential) {
        List<String> mechanisms = new ArrayList<>(List.of("SCRAM-SHA-256"));
        credential.cramMd5().ifPresent(keys -> mechanisms.add("CRAM-MD5"));
        Map<String, Object> one = new LinkedHashMap<>();
        one.put("user", credential.user().asString());
        one.put("mechanisms", mechanisms);
        one.put("iterations", credential.scram().iterations());
        one.put("verified", credential.verified().toString());
        one.put("voidAfterChange", credential.isBound());
        return one;
    }

    private String put(Request request, Response response) {
        Username user = user(request);
        String password = password(request)
            .orElseThrow(() -> Requests.invalid("expected a body like {\"" + PASSWORD + "\":\"…\"}"));
        if (!get(passwords.enrol(user, password))) {
            throw Requests.invalid("This is no user, or not the password that James has: PUT /users/{name} sets that");
        }
        return Responses.returnNoContent(response);
    }

    private String delete(Request request, Response response) {
        get(store.remove(user(request)));
        return Responses.returnNoContent(response);
    }

    private static <T> T get(CompletableFuture<T> result) {
        try {
            return result.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof IllegalArgumentException) {
                throw Requests.invalid("There can be no credential of this: the password is empty or has characters that SCRAM"
                    + " cannot carry (RFC 4013), or the user repository is one such as LDAP and <unboundMaxAge> is not set");
            }
            throw e;
        }
    }

    private Username user(Request request) {
        requireOpen();
        try {
            return Username.of(request.params(USER));
        } catch (IllegalArgumentException e) {
            throw Requests.invalid("user: expected the name of a user");
        }
    }

    private void requireOpen() {
        if (!store.isOpen()) {
            throw Requests.notFound("No listener in smtpserver.xml has the AuthHandler, or James is still starting");
        }
    }

    private Optional<String> password(Request request) {
        try {
            return Optional.ofNullable(bodies.parse(request.body()).get(PASSWORD)).filter(JsonNode::isTextual)
                .map(JsonNode::asText);
        } catch (JsonExtractException e) {
            return Optional.empty();
        }
    }

    /** Behind James' own route, when that has done what it was told. */
    private void followJames(Request request, Response response) {
        if (!store.isOpen() || response.status() != HttpStatus.NO_CONTENT_204) {
            return;
        }
        Username user = Username.of(request.params(USER));
        CompletableFuture<Boolean> done = request.requestMethod().equals("DELETE") ? store.remove(user)
            : request.requestMethod().equals("PUT") ? password(request).map(password -> passwords.verify(user, password))
                .orElse(CompletableFuture.completedFuture(false)) : CompletableFuture.completedFuture(false);
        var unusedResult = done.whenComplete((result, failure) -> {
            if (failure != null) {
                LOGGER.error("The credential of {} could not follow what James was told", user.asString(), failure);
            }
        });
    }
}
