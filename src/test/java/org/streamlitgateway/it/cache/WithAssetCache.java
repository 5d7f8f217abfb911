package org.streamlitgateway.it.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import org.streamlitgateway.fixture.FakeStreamlit;
import org.streamlitgateway.it.OnEveryDeployment;

/** Base of the asset cache tests; a fake Streamlit serves the assets. */
abstract class WithAssetCache extends OnEveryDeployment {
    static final String IMMUTABLE = "cache-control: public, immutable, max-age=31536000";
    static final String SCRIPT = "content-type: application/javascript";
    static final String TAG = "etag: \"665b3e13\"";
    static final String DATE = "last-modified: Wed, 21 Oct 2026 07:28:00 GMT";

    /** Compresses well and is larger than any container's buffer. */
    static final byte[] BODY =
            "const a = (b, c) => b + c; // Streamlit\n".repeat(10_000).getBytes(StandardCharsets.US_ASCII);

    @Override
    protected String[] options() {
        return new String[] {"asset-cache", "8M"};
    }

    /** Makes Streamlit serve the asset under a name with a fingerprint; returns its target. */
    String asset(String name) {
        String target = "/static/js/" + name + ".CcFifQPt.js";
        fixture.upstream().on(target, immutable(BODY));
        return target;
    }

    /** Returns a response as Streamlit sends it for immutable files. */
    static FakeStreamlit.Script immutable(byte[] body) {
        return exchange -> exchange.reply("200 OK", body, IMMUTABLE, SCRIPT, TAG, DATE, "accept-ranges: bytes");
    }

    void assertAskedOnce(String target) {
        assertEquals(1, fixture.upstream().requests(target).size());
    }
}
