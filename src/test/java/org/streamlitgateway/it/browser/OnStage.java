package org.streamlitgateway.it.browser;

import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;

/** Tests in a browser, all of a class on one {@link Stage} for each mount; {@link EachMount} says which. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class OnStage {
    @RegisterExtension
    protected final Stage stage;

    @Parameter
    protected Mount mount;

    protected OnStage(Stage stage) {
        this.stage = stage;
    }

    @BeforeParameterizedClassInvocation
    protected void open() throws Exception {
        stage.open(mount);
    }

    @AfterParameterizedClassInvocation
    protected void close() throws Exception {
        stage.close();
    }
}
