package org.streamlitgateway.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyLong;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import org.eclipse.jetty.util.thread.Scheduler;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Coalescing of concurrent requests for one asset. */
class AssetCacheTest {
    private static final String KEY = "/app /static/js/index.CcFifQPt.js";

    private final AssetCache cache = new AssetCache(1 << 20);
    private final HttpServletRequest request = mock(HttpServletRequest.class);
    private final Scheduler scheduler = mock(Scheduler.class);
    private int released;

    @BeforeEach
    void makePlainGet() {
        when(request.getMethod()).thenReturn("GET");
        when(scheduler.schedule(any(), anyLong(), any())).thenReturn(() -> true);
    }

    @AfterEach
    void stop() {
        cache.stop();
    }

    @Test
    void firstRequestLeadsAndOthersWaitForIt() {
        AssetCache.Membership first = cache.join(KEY, request);
        AssetCache.Membership second = cache.join(KEY, request);
        second.inFlight().await(scheduler, 1000, () -> released++);

        assertTrue(first.leader());
        assertFalse(second.leader());
        assertEquals(0, released);
        first.inFlight().complete();
        assertEquals(1, released);
    }

    /** The leader may complete between a request's lookup and its join. */
    @Test
    void requestThatJoinsAfterTheAssetWasStoredIsReleasedAtOnce() {
        AssetCache.Membership first = cache.join(KEY, request);
        cache.store(new Asset(KEY, List.of(), new byte[10], 0, 60));
        first.inFlight().complete();

        AssetCache.Membership late = cache.join(KEY, request);
        late.inFlight().await(scheduler, 1000, () -> released++);

        assertFalse(late.leader());
        assertEquals(1, released);
    }

    @Test
    void requestThatJoinsAfterACompletionWithoutAssetLeads() {
        cache.join(KEY, request).inFlight().complete();

        assertTrue(cache.join(KEY, request).leader());
    }
}
