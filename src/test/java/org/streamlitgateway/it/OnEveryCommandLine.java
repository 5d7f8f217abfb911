package org.streamlitgateway.it;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Tests of the WAR as a command, which give it arguments of their own: once for each {@link WarDeployment}. */
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
