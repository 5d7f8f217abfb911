package org.streamlitgateway.it;

import java.io.IOException;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;

/** Base of tests that run on every deployment; all tests of a class share one fixture. */
@EveryDeployment
public abstract class OnEveryDeployment {
    @Parameter
    public Deployment deployment;

    public GatewayFixture fixture;

    @BeforeParameterizedClassInvocation
    protected void start() throws IOException {
        fixture = GatewayFixture.start(getClass().getSimpleName(), deployment, options());
    }

    @AfterParameterizedClassInvocation
    protected void stop() {
        fixture.close();
    }

    /** Returns the gateway's options besides its upstream: name, value, name, value …. */
    protected String[] options() {
        return new String[0];
    }
}
