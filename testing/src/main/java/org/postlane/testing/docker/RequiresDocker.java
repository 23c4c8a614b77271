// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing.docker;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * Skips a class where no Docker engine answers, or where Compose is needed and missing, and says so in one line. The name of such
 * a class ends in {@code DockerTest}: by that {@code .ci/run} sees that none was skipped where all must run.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(RequiresDocker.EngineAnswers.class)
public @interface RequiresDocker {
    /** Whether Docker Compose must be there as well. */
    boolean compose() default false;

    /** Asks the engine before each class. */
    final class EngineAnswers implements ExecutionCondition {
        private static final Duration LIMIT = Duration.ofSeconds(20);

        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            Command command = new Command(Path.of("."), Map.of());
            Command.Result engine = command.run(LIMIT, List.of("docker", "version", "--format", "{{.Server.Version}}"));
            if (!engine.succeeded()) {
                return skip(context, "no Docker engine answers", engine);
            }
            if (!needsCompose(context)) {
                return ConditionEvaluationResult.enabled("Docker engine " + engine.output());
            }
            Command.Result compose = command.run(LIMIT, Compose.with(List.of("version")));
            if (!compose.succeeded()) {
                return skip(context, "Docker Compose is missing", compose);
            }
            return ConditionEvaluationResult.enabled("Docker engine " + engine.output());
        }

        private static boolean needsCompose(ExtensionContext context) {
            return AnnotationSupport.findAnnotation(context.getElement(), RequiresDocker.class)
                .map(RequiresDocker::compose).orElse(false);
        }

        private static ConditionEvaluationResult skip(ExtensionContext context, String what, Command.Result result) {
            String line = what + " (" + result.output().lines().reduce((first, last) -> last).orElse("no output") + ")";
            System.out.println("SKIPPED " + context.getDisplayName() + ": " + line);
            return ConditionEvaluationResult.disabled(line);
        }
    }
}
