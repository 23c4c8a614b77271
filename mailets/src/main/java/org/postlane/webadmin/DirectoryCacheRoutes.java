// SPDX-License-Identifier: Apache-2.0
package org.postlane.webadmin;

import java.util.Map;
import javax.mail.internet.AddressException;

import org.apache.james.core.MailAddress;
import org.apache.james.webadmin.utils.JsonTransformer;
import org.apache.james.webadmin.utils.Responses;
import org.postlane.recipient.RecipientClassifier;
import spark.Request;
import spark.Response;
import spark.Service;

/** What is remembered of the directory: how much it is, and orders to forget it. */
final class DirectoryCacheRoutes {
    private static final String CACHE = PostlaneRoutes.BASE + "/directory-cache";

    private final RecipientClassifier classifier;
    private final JsonTransformer json;

    DirectoryCacheRoutes(RecipientClassifier classifier, JsonTransformer json) {
        this.classifier = classifier;
        this.json = json;
    }

    void define(Service service) {
        service.get(CACHE, (request, response) -> Map.of("size", classifier.remembered()), json);
        service.delete(CACHE, (request, response) -> {
            classifier.forgetAll();
            return Responses.returnNoContent(response);
        });
        service.delete(CACHE + "/:address", this::forget);
    }

    private String forget(Request request, Response response) {
        try {
            classifier.forget(new MailAddress(request.params(":address")));
            return Responses.returnNoContent(response);
        } catch (AddressException | RuntimeException e) {
            throw Requests.invalid("address: expected an address such as bob@example.org");
        }
    }
}
