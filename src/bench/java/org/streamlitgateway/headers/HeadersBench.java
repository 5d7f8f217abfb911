package org.streamlitgateway.headers;

import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.streamlitgateway.streamlit.StreamlitCookies;

/** Cost of the header filters that parse field values. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class HeadersBench {
    private final List<String> keepAlive = List.of("keep-alive");
    private final List<String> named = List.of("close, X-Own");
    private final StreamlitCookies cookies = new StreamlitCookies(Set.of("JSESSIONID", "JSESSIONIDSSO"));
    private final String cookie = "_streamlit_xsrf=2|2c4f2033|f32f|1795291749; theme=dark; _streamlit_user=abc";

    @Benchmark
    public Set<String> hopByHop() {
        return HopByHopHeaders.of(keepAlive);
    }

    @Benchmark
    public Set<String> hopByHopWithAName() {
        return HopByHopHeaders.of(named);
    }

    @Benchmark
    public String cookiesForStreamlit() {
        return cookies.upstream(cookie, "");
    }
}
