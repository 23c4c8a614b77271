// SPDX-License-Identifier: Apache-2.0
package org.postlane.webadmin;

import java.time.Duration;
import java.util.Optional;

import org.apache.james.webadmin.utils.ErrorResponder;
import org.apache.james.webadmin.utils.ErrorResponder.ErrorType;
import org.apache.james.webadmin.utils.ParametersExtractor;
import org.eclipse.jetty.http.HttpStatus;
import spark.HaltException;
import spark.Request;

/** Reads query parameters strictly, and refuses in James' own form. */
final class Requests {
    static final String DURATION = "duration";
    /** An order that outlives the mail it is about is forgotten by whoever gave it. */
    private static final Duration LONGEST = Duration.ofDays(30);
    private static final int DEFAULT_LIMIT = 100;
    private static final int HIGHEST_LIMIT = 10_000;

    private Requests() {
    }

    static HaltException invalid(String message) {
        return ErrorResponder.builder().statusCode(HttpStatus.BAD_REQUEST_400).type(ErrorType.INVALID_ARGUMENT).message(message)
            .haltError();
    }

    static HaltException notFound(String message) {
        return ErrorResponder.builder().statusCode(HttpStatus.NOT_FOUND_404).type(ErrorType.NOT_FOUND).message(message)
            .haltError();
    }

    static HaltException notYet(String message) {
        return ErrorResponder.builder().statusCode(HttpStatus.SERVICE_UNAVAILABLE_503).type(ErrorType.WRONG_STATE)
            .message(message).haltError();
    }

    /** How many entries the answer may have at most. */
    static int limit(Request request) {
        int limit = ParametersExtractor.extractPositiveInteger(request, ParametersExtractor.LIMIT_PARAMETER_NAME)
            .orElse(DEFAULT_LIMIT);
        if (limit < 1 || limit > HIGHEST_LIMIT) {
            throw invalid("limit: expected a number from 1 to " + HIGHEST_LIMIT);
        }
        return limit;
    }

    /** A time with its unit, such as 30m, 2h or 1d. */
    static Optional<Duration> duration(Request request) {
        String written = request.queryParams(DURATION);
        if (written != null && (written.isBlank() || Character.isDigit(written.trim().charAt(written.trim().length() - 1)))) {
            throw durationExpected();
        }
        Optional<Duration> duration;
        try {
            duration = ParametersExtractor.extractDuration(request, DURATION);
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw durationExpected();
        }
        if (duration.filter(time -> time.compareTo(Duration.ofSeconds(1)) < 0 || time.compareTo(LONGEST) > 0).isPresent()) {
            throw durationExpected();
        }
        return duration;
    }

    static HaltException durationExpected() {
        return invalid(DURATION + ": expected a time with its unit, like 30m, 2h or 1d, from 1 second to 30 days");
    }
}
