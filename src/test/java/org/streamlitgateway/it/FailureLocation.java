package org.streamlitgateway.it;

import java.util.Optional;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;

/** Adds the location to each failure, as reports omit it for classes that run once per deployment. */
final class FailureLocation implements TestExecutionExceptionHandler {
    @Override
    public void handleTestExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        StringBuilder place = new StringBuilder(context.getDisplayName());
        for (Optional<ExtensionContext> above = context.getParent();
                above.isPresent();
                above = above.get().getParent()) {
            place.insert(0, above.get().getDisplayName() + " > ");
        }
        failure.addSuppressed(new Place(place.toString()));
        throw failure;
    }

    /** Carries the location only, so it has no stack trace. */
    private static final class Place extends Exception {
        Place(String place) {
            super(place, null, false, false);
        }
    }
}
