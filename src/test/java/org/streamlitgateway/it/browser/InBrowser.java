package org.streamlitgateway.it.browser;

import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;

/**
 * Base of browser tests; all tests of a class share one {@link BrowserFixture} per placement, as {@link EachPlacement}
 * defines.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class InBrowser {
    @RegisterExtension
    protected final BrowserFixture browser;

    @Parameter
    protected Placement placement;

    protected InBrowser(BrowserFixture browser) {
        this.browser = browser;
    }

    @BeforeParameterizedClassInvocation
    protected void open() throws Exception {
        browser.open(placement);
    }

    @AfterParameterizedClassInvocation
    protected void close() throws Exception {
        browser.close();
    }
}
