package org.streamlitgateway.upstream.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import org.eclipse.jetty.util.Promise;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamlitgateway.fixture.Recorder;

class LoopbackResolverTest {
    /** Executor that runs nothing: a lookup that needs a thread does not complete. */
    private final Recorder<Runnable> lookups = new Recorder<>("lookups");

    private Promise.Completable<List<InetSocketAddress>> resolve(String host) {
        Executor executor = lookups::add;
        Promise.Completable<List<InetSocketAddress>> addresses = new Promise.Completable<>();
        new LoopbackResolver(executor, new ScheduledExecutorScheduler(), 1000).resolve(host, 8501, Map.of(), addresses);
        return addresses;
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "10.255.249.199", "[::1]", "[2001:db8::17]", "[::ffff:10.0.0.1]"})
    void addressNeedsNoLookup(String address) throws Exception {
        assertEquals(
                List.of(new InetSocketAddress(address, 8501)), resolve(address).get());
        lookups.assertExhausted();
    }

    @Test
    void localhostResolvesToIpv6First() throws ExecutionException, InterruptedException {
        List<String> found = resolve("localhost").get().stream()
                .map(address -> address.getAddress().getHostAddress())
                .toList();

        assertEquals("0:0:0:0:0:0:0:1", found.get(0));
        assertTrue(found.contains("127.0.0.1"), found::toString);
        lookups.assertExhausted();
    }

    @ParameterizedTest
    @ValueSource(strings = {"streamlit", "streamlit.example.com", "1.2.3", "300.1.1.1", "1.2.3.4.5", "beef"})
    void nameIsLookedUpOnTheExecutor(String name) {
        resolve(name);

        assertEquals(1, lookups.size());
    }

    @Test
    void malformedAddressFails() {
        assertTrue(resolve("[1::2::3]").isCompletedExceptionally());
    }
}
