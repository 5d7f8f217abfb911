package org.streamlitgateway.it;

import java.io.IOException;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;

/** Tests that run at every deployment, all of a class with one fixture. */
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

    /** What the gateway is given beside its upstream: name, value, name, value …. */
    protected String[] options() {
        return new String[0];
    }
}
