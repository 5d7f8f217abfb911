package org.streamlitgateway.it.protocol;

import java.io.IOException;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.streamlitgateway.it.Door;

/** Tests that run at every door, all of a class with one rig. */
@EveryDoor
abstract class AtEveryDoor {
    @Parameter
    Door door;

    Rig rig;

    @BeforeParameterizedClassInvocation
    void start() throws IOException {
        rig = Rig.start(getClass().getSimpleName(), door, options());
    }

    @AfterParameterizedClassInvocation
    void stop() {
        rig.close();
    }

    /** What the gateway is given beside its upstream: name, value, name, value …. */
    String[] options() {
        return new String[0];
    }
}
