package org.streamlitgateway.it.hostile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.streamlitgateway.fixture.Pace;
import org.streamlitgateway.it.WarDeployment;

/**
 * Five hundred visitors, each with an echo every few seconds, first alone and then during continuous attacks ({@code
 * -Dhostile.minutes=10}). None may lose its socket, and their latency may not double.
 */
class HonestSessionsIT {
    private static final int SESSIONS = 500;
    private static final Duration ROUND = Duration.ofSeconds(5);
    private static final int ROUNDS_ALONE = 12;
    private static final int PERCENT = 100;
    private static final double MAX_RATIO = 2;

    /** Latencies below this are caused by the scheduler, not by the gateway. */
    private static final double MIN_MILLIS = 5;

    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicLong attacks = new AtomicLong();

    @Test
    @Timeout(60 * 60)
    void noSessionIsLostDuringContinuousAttack() throws Exception {
        int rounds = Math.toIntExact(Math.max(
                1,
                Duration.ofMillis((long) (Double.parseDouble(System.getProperty("hostile.minutes", "10")) * 60_000))
                        .dividedBy(ROUND)));
        try (AttackTarget target =
                new AttackTarget("honest", WarDeployment.installed().get(0))) {
            List<Visitor> visitors = new ArrayList<>();
            for (int i = 0; i < SESSIONS; i++) {
                visitors.add(new Visitor(target.uri()));
            }
            echoes(visitors, 2); // warms up
            double alone = percentile(echoes(visitors, ROUNDS_ALONE));
            List<Thread> attackers = List.of(attacker(target, 0), attacker(target, 1));
            double beside = percentile(echoes(visitors, rounds));
            over.set(true);
            for (Thread attacker : attackers) {
                attacker.join();
            }
            String line =
                    "%d sessions, %d rounds during %d attacks: none lost; p99 of an echo %.1f ms alone, %.1f ms during attacks"
                            .formatted(SESSIONS, rounds, attacks.get(), alone, beside);
            System.out.println(line);
            Files.writeString(Path.of("target/hostile-sessions.txt"), line + "\n");
            for (Visitor visitor : visitors) {
                visitor.close();
            }
            assertTrue(attacks.get() > rounds, "too few attacks");
            assertTrue(beside <= MAX_RATIO * Math.max(alone, MIN_MILLIS), line);
        }
    }

    /** In each round every visitor sends a message and receives its echo; a lost visitor fails. */
    private static long[] echoes(List<Visitor> visitors, int rounds) throws IOException {
        long[] nanos = new long[rounds * visitors.size()];
        Pace.every(ROUND, rounds, round -> {
            for (int i = 0; i < visitors.size(); i++) {
                long start = System.nanoTime();
                visitors.get(i).assertEchoes();
                nanos[round * visitors.size() + i] = System.nanoTime() - start;
            }
        });
        return nanos;
    }

    private static double percentile(long[] nanos) {
        Arrays.sort(nanos);
        return nanos[(nanos.length - 1) * (PERCENT - 1) / PERCENT] / 1e6;
    }

    /** Repeats all attacks; the other suite checks whether each of them is withstood. */
    private Thread attacker(AttackTarget target, int first) {
        List<Attack> all = HostileSuiteIT.attacksOn(true)
                .filter(attack -> !attack.heavy() && !attack.kind().equals("the log"))
                .toList();
        assertEquals(false, all.isEmpty());
        Thread thread = new Thread(
                () -> {
                    for (int i = first; !over.get(); i += 2) {
                        try {
                            all.get(i % all.size()).attempt().on(target);
                        } catch (Exception | AssertionError e) {
                            // during other attacks only the visitors are measured
                        }
                        attacks.incrementAndGet();
                    }
                },
                "attacker-" + first);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }
}
