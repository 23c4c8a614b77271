// SPDX-License-Identifier: Apache-2.0
package org.postlane.webadmin;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

import org.apache.james.webadmin.utils.ErrorResponder;
import org.apache.james.webadmin.utils.ErrorResponder.ErrorType;
import org.apache.james.webadmin.utils.JsonTransformer;
import org.eclipse.jetty.http.HttpStatus;
import org.postlane.james.ConfigurationError;
import org.postlane.outbound.operations.Reload;
import spark.Service;

/** Applies what is safe to change of the configuration, when told to and never by itself. */
final class ReloadRoutes {
    private final Reload reload;
    private final JsonTransformer json;

    ReloadRoutes(Reload reload, JsonTransformer json) {
        this.reload = reload;
        this.json = json;
    }

    void define(Service service) {
        service.post(PostlaneRoutes.BASE + "/reload", (request, response) -> reload(), json);
    }

    private Map<String, Object> reload() {
        try {
            Reload.Result result = reload.reload();
            Map<String, Object> answer = new LinkedHashMap<>();
            answer.put("applied", result.applied().stream().map(ReloadRoutes::asJson).collect(Collectors.toList()));
            answer.put("needRestart", result.needRestart().stream().map(ReloadRoutes::asJson).collect(Collectors.toList()));
            return answer;
        } catch (ConfigurationError | IOException e) {
            throw ErrorResponder.builder().statusCode(HttpStatus.BAD_REQUEST_400).type(ErrorType.INVALID_ARGUMENT)
                .message("Nothing was changed: " + e.getMessage()).haltError();
        }
    }

    private static Map<String, Object> asJson(Reload.Change change) {
        Map<String, Object> one = new LinkedHashMap<>();
        one.put("where", change.where());
        if (!change.key().isEmpty()) {
            one.put("key", change.key());
        }
        if (change.before() != null) {
            one.put("before", change.before());
            one.put("after", change.after());
        }
        return one;
    }
}
