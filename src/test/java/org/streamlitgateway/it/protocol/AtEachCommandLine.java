package org.streamlitgateway.it.protocol;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;
import org.streamlitgateway.it.Door;
import org.streamlitgateway.it.WarDoor;

/** Tests of the WAR as a command, which give it arguments of their own: once for each {@link WarDoor}. */
@ParameterizedClass(name = "{0}", allowZeroInvocations = true)
@MethodSource("commandLines")
@Timeout(240)
@ExtendWith(NamesTheDoor.class)
abstract class AtEachCommandLine {
    @Parameter
    WarDoor war;

    @TempDir
    Path folder;

    static Stream<Door> commandLines() {
        return Door.all().filter(WarDoor.class::isInstance);
    }
}
