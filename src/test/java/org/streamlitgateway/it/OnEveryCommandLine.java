package org.streamlitgateway.it;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Base of tests that start the WAR as a command with their own arguments; runs once for each {@link WarDeployment}. */
@ParameterizedClass(name = "{0}", allowZeroInvocations = true)
@MethodSource("commandLines")
@Timeout(240)
@ExtendWith(FailureLocation.class)
public abstract class OnEveryCommandLine {
    @Parameter
    public WarDeployment war;

    @TempDir
    public Path folder;

    static Stream<Deployment> commandLines() {
        return Deployment.all().filter(WarDeployment.class::isInstance);
    }
}
