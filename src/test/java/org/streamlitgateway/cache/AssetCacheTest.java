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

/** Who asks Streamlit for an asset, and who waits. */
class AssetCacheTest {
    private static final String KEY = "/app /static/js/index.CcFifQPt.js";

    private final AssetCache cache = new AssetCache(1 << 20);
    private final HttpServletRequest request = mock(HttpServletRequest.class);
    private final Scheduler scheduler = mock(Scheduler.class);
    private int woken;

    @BeforeEach
    void aPlainGet() {
        when(request.getMethod()).thenReturn("GET");
        when(scheduler.schedule(any(), anyLong(), any())).thenReturn(() -> true);
    }

    @AfterEach
    void stop() {
        cache.stop();
    }

    @Test
    void theFirstLeadsAndTheOthersWaitForIt() {
        AssetCache.Boarding first = cache.board(KEY, request);
        AssetCache.Boarding second = cache.board(KEY, request);
        second.flight().await(scheduler, 1000, () -> woken++);

        assertTrue(first.leads());
        assertFalse(second.leads());
        assertEquals(0, woken);
        first.flight().land();
        assertEquals(1, woken);
    }

    /** Between the look into the memory and the boarding, the leader may come home. */
    @Test
    void whoIsTooLateForAFlightThatBroughtTheAssetGoesToTheMemory() {
        AssetCache.Boarding first = cache.board(KEY, request);
        cache.store(new Asset(KEY, List.of(), new byte[10], 0, 60));
        first.flight().land();

        AssetCache.Boarding late = cache.board(KEY, request);
        late.flight().await(scheduler, 1000, () -> woken++);

        assertFalse(late.leads());
        assertEquals(1, woken);
    }

    @Test
    void whoIsTooLateForAFlightThatBroughtNothingLeadsTheNext() {
        cache.board(KEY, request).flight().land();

        assertTrue(cache.board(KEY, request).leads());
    }
}
