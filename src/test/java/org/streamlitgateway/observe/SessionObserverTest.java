package org.streamlitgateway.observe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.streamlitgateway.fixture.ScriptMessages;
import org.streamlitgateway.fixture.SessionObservers;
import org.streamlitgateway.observe.SessionObserver.End;
import org.streamlitgateway.observe.SessionObserver.EndedBy;
import org.streamlitgateway.observe.metrics.AppMetrics.Direction;
import org.streamlitgateway.observe.metrics.AppMetrics.Opening;
import org.streamlitgateway.observe.metrics.AppMetrics.RunKind;
import org.streamlitgateway.observe.metrics.Metrics;
import org.streamlitgateway.streamlit.message.ScriptListener.RunStatus;

/** Sessions and the runs of their scripts, told from the messages that pass. */
class SessionObserverTest {
    private final Traffic traffic = new Traffic(new Metrics("test", "test"), true);
    private final List<ScriptRun> runs = new ArrayList<>();
    private final List<String> ends = new ArrayList<>();
    private final TrafficListener listener = new TrafficListener() {
        @Override
        public void requestEnded(RequestObserver request) {}

        @Override
        public void sessionOpened(SessionObserver session) {}

        @Override
        public void sessionEnded(SessionObserver session) {
            ends.add(session.end().outcome() + " " + session.opening());
        }

        @Override
        public void runEnded(SessionObserver session, ScriptRun run) {
            runs.add(run);
        }
    };

    private SessionObserver open(String claimedId) {
        traffic.listen(listener);
        SessionObserver session = SessionObservers.of(traffic, claimedId);
        session.opened(() -> 7, outcome -> {});
        return session;
    }

    private static void send(MessageObserver messages, byte[] message) {
        messages.begin(true);
        messages.portion(ByteBuffer.wrap(message), 0, message.length, 0, 0);
        messages.end();
    }

    private static void run(SessionObserver session, String id, boolean fragment, int status) {
        send(session.down(), ScriptMessages.newSession(id, fragment));
        send(session.down(), ScriptMessages.delta("one"));
        send(session.down(), ScriptMessages.delta("two"));
        send(session.down(), ScriptMessages.scriptFinished(status));
    }

    private static End end() {
        return new End("browser_closed", EndedBy.BROWSER, 1001, 1001);
    }

    @Test
    void runHasKindStatusPageAndFirstElement() {
        SessionObserver session = open(null);
        send(session.up(), ScriptMessages.rerunScript(null, false));
        run(session, "id", false, 0);
        send(session.up(), ScriptMessages.rerunScript("f", false));
        run(session, "id", true, 3);
        send(session.up(), ScriptMessages.rerunScript("f", true));
        run(session, "id", true, 2);

        assertEquals(
                List.of(RunKind.FULL, RunKind.FRAGMENT, RunKind.AUTO),
                runs.stream().map(ScriptRun::kind).toList());
        assertEquals(
                List.of(RunStatus.FINISHED, RunStatus.FINISHED, RunStatus.SUPERSEDED),
                runs.stream().map(ScriptRun::status).toList());
        assertTrue(runs.stream().allMatch(run -> run.page().equals("report")), runs::toString);
        assertTrue(runs.stream().allMatch(run -> run.firstElementNanos() > 0), runs::toString);
        assertEquals(3, session.reruns());
        assertEquals("1.64.0", session.streamlitVersion());
        assertEquals(-1, session.runningNanos());
        assertEquals(7, session.queuedBytes());
    }

    @Test
    void mergedRequestsAnswerTheOldest() {
        SessionObserver session = open(null);
        send(session.up(), ScriptMessages.rerunScript("f", true));
        send(session.up(), ScriptMessages.rerunScript(null, false));
        run(session, "id", false, 0);

        assertEquals(List.of(RunKind.AUTO), runs.stream().map(ScriptRun::kind).toList());
    }

    @Test
    void runInProgressEndsWithItsSession() {
        SessionObserver session = open(null);
        send(session.down(), ScriptMessages.newSession("id", false));
        assertTrue(session.runningNanos() >= 0);
        session.ended(end());

        assertNull(runs.get(0).status());
        assertEquals(List.of("browser_closed NEW"), ends);
        assertEquals(List.of(), List.copyOf(traffic.sessions()));
    }

    @Test
    void sessionIsResumedOrLostAsItsIdSays() {
        SessionObserver resumed = open("id");
        run(resumed, "id", false, 0);
        SessionObserver lost = open("id");
        run(lost, "other", false, 0);
        SessionObserver quiet = open("id");
        send(quiet.down(), ScriptMessages.delta("the run went on"));

        assertEquals(Opening.RESUMED, resumed.opening());
        assertEquals(Opening.LOST, lost.opening());
        assertEquals(Opening.RESUMED, quiet.opening());
    }

    @Test
    void endBeforeTheOpeningIsReportedOnce() {
        traffic.listen(listener);
        SessionObserver session = SessionObservers.of(traffic, null);
        session.ended(end());
        session.ended(end());
        assertEquals(List.of(), ends);
        session.opened(() -> 0, outcome -> {});
        assertEquals(1, ends.size());
    }

    @Test
    void messagesAndBytesAreCounted() {
        SessionObserver session = open(null);
        byte[] request = ScriptMessages.rerunScript(null, false);
        send(session.up(), request);
        session.down().begin(false);
        session.down().portion(ByteBuffer.allocate(10), 0, 10, 0, 0);
        session.down().end();

        assertEquals(1, session.messages(Direction.UP));
        assertEquals(request.length, session.bytes(Direction.UP));
        assertEquals(10, session.bytes(Direction.DOWN));
    }

    @Test
    void versionsAreBoundedAndPlain() {
        SessionObserver session = open(null);
        send(session.down(), ScriptMessages.newSession("id", false));
        assertEquals("1.64.0", session.streamlitVersion());
        assertEquals(0, session.exceptions());
        send(session.down(), ScriptMessages.exception(false));
        assertEquals(1, session.exceptions());
    }
}
