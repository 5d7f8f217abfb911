package org.streamlitgateway.it.hostile;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;
import org.streamlitgateway.fixture.Eventually;
import org.streamlitgateway.it.Deployment;
import org.streamlitgateway.it.WarDeployment;

/**
 * Runs every attack on one gateway, which must have no more threads and no more live memory afterwards. {@code
 * -Dhostile.heavy=true} adds attacks that are too expensive for every build; {@code -Dhostile.only=word} selects
 * attacks by a word in their kind or sentence.
 */
@ParameterizedClass(name = "{0}")
@MethodSource("gateways")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 15 * 60)
class HostileSuiteIT {
    private static final long HEAP_MARGIN_BYTES = 16L << 20; // full caches, and objects of loaded classes
    private static final long THREAD_MARGIN = 10; // pools shrink by one thread every few seconds

    /** Tomcat keeps the buffers of 200 connections, and both containers keep up to 200 threads for later requests. */
    private static final long CONTAINER_HEAP_MARGIN_BYTES = 80L << 20;

    private static final long CONTAINER_THREAD_MARGIN = 210;
    private static final Duration SETTLING = Duration.ofMinutes(2);

    @Parameter
    private Deployment deployment;

    private AttackResults results;
    private AttackTarget target;

    /** Returns the executable only, unless the property {@code deployments} names others. */
    static Stream<Deployment> gateways() {
        String wanted = System.getProperty("deployments", "");
        boolean selected = !wanted.isBlank() && !wanted.startsWith("${");
        return selected ? Deployment.all() : Stream.of(WarDeployment.installed().get(0));
    }

    @BeforeParameterizedClassInvocation
    void start() throws IOException {
        results = new AttackResults(deployment.name());
        target = new AttackTarget(deployment.name(), deployment);
    }

    @AfterParameterizedClassInvocation
    void stop() throws IOException {
        target.close();
        System.out.println(results.write());
    }

    /** Returns all attacks for the executable, or for a container. */
    static Stream<Attack> attacksOn(boolean embedded) {
        Stream<List<Attack>> executableOnly = embedded // HTTP/2 and TLS of a container are its own implementation
                ? Stream.of(Http2RequestAttacks.all(), Http2FloodAttacks.all())
                : Stream.empty();
        Stream<List<Attack>> everywhere = Stream.of(
                FramingAttacks.all(),
                RequestLineAttacks.all(),
                PathAttacks.all(),
                HandshakeAttacks.all(),
                FrameAttacks.all(),
                CostlyHeaderAttacks.all(),
                IdentityAttacks.all(),
                AuthorityAttacks.all(),
                ChannelAttacks.all(),
                StreamlitAttacks.all(),
                FeedAttacks.all(),
                SlowClientAttacks.all(),
                OwnPageAttacks.all());
        return Stream.concat(executableOnly, everywhere).flatMap(List::stream);
    }

    private Stream<Attack> all() {
        return attacksOn(deployment.embedded())
                .filter(attack -> !attack.heavy() || Boolean.getBoolean("hostile.heavy"))
                .filter(attack ->
                        (attack.kind() + " " + attack.sentence()).contains(System.getProperty("hostile.only", "")));
    }

    @TestFactory
    Stream<DynamicNode> attacks() {
        Map<String, List<DynamicTest>> kinds = new LinkedHashMap<>();
        all().forEach(attack -> kinds.computeIfAbsent(attack.kind(), kind -> new ArrayList<>())
                .add(DynamicTest.dynamicTest(attack.sentence(), () -> attempt(attack))));
        Usage before = new Usage();
        return Stream.concat(
                Stream.concat(
                        Stream.of(DynamicTest.dynamicTest("before", () -> before.settle(target))),
                        kinds.entrySet().stream()
                                .map(kind -> DynamicContainer.dynamicContainer(kind.getKey(), kind.getValue()))),
                Stream.of(DynamicTest.dynamicTest(
                        "memory and threads are back to their initial values", () -> compare(before))));
    }

    private void attempt(Attack attack) throws Exception {
        boolean withstood = false;
        try {
            attack.attempt().on(target);
            target.assertServes();
            withstood = true;
        } finally {
            results.record(attack, withstood);
            if (!withstood) {
                target.replaceVisitor();
            }
        }
    }

    private void compare(Usage before) {
        Footprint now = target.footprint();
        long maxThreads = before.threads + (deployment.embedded() ? THREAD_MARGIN : CONTAINER_THREAD_MARGIN);
        long maxHeap = before.heap + (deployment.embedded() ? HEAP_MARGIN_BYTES : CONTAINER_HEAP_MARGIN_BYTES);
        Attack attack = Attack.of("memory and threads", "all attacks together", t -> {});
        boolean recovered = false;
        try {
            Eventually.until(
                    () -> now.threads() + " threads, before " + before.threads,
                    SETTLING,
                    () -> now.threads() <= maxThreads);
            long[] heap = {0};
            Eventually.until( // connections to feeds and their histories linger
                    () -> heap[0] + " bytes live, before " + before.heap, SETTLING, () -> {
                        heap[0] = now.heapBytes();
                        return heap[0] <= maxHeap;
                    });
            System.out.printf(
                    "%s: live heap %d KiB before, %d KiB after; threads %d before, %d after%n",
                    deployment.name(), before.heap >> 10, heap[0] >> 10, before.threads, now.threads());
            recovered = true;
        } finally {
            results.record(attack, recovered);
        }
    }

    /** Resource use of a gateway that has served each kind of request. */
    private static final class Usage {
        private long heap;
        private long threads;

        void settle(AttackTarget target) throws IOException {
            for (int i = 0; i < 50; i++) {
                target.assertServes();
                target.get("/");
                target.get("/echo-request?" + i);
            }
            heap = target.footprint().heapBytes();
            threads = target.footprint().threads();
        }
    }
}
