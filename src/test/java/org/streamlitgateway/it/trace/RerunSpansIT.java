package org.streamlitgateway.it.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.streamlitgateway.fixture.FakeCollector;
import org.streamlitgateway.fixture.Frame;
import org.streamlitgateway.fixture.RawWebSocket;
import org.streamlitgateway.it.LaunchedProcess;
import org.streamlitgateway.it.WarDeployment;
import org.streamlitgateway.it.browser.InstalledProgram;

/** Spans of the runs of a real Streamlit, started by the executable, and what its script sees of the trace. */
@Timeout(300)
class RerunSpansIT {
    /** Shows what the script knows of its trace, then takes a moment. */
    private static final String SCRIPT = """
            import os, time
            import streamlit as st
            st.text("parent=" + st.context.headers.get("traceparent", "none") + "!")
            st.text("name=" + os.environ["OTEL_SERVICE_NAME"] + "!")
            st.text("attributes=" + os.environ["OTEL_RESOURCE_ATTRIBUTES"] + "!")
            st.text("endpoint=" + os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"] + "!")
            time.sleep(0.3)
            """;

    private static final byte[] RERUN = {0x5a, 0};

    @TempDir
    private Path folder;

    @Test
    void runsAreSpansBelowTheirSession() throws IOException {
        Path script = Files.writeString(folder.resolve("app.py"), SCRIPT);
        try (FakeCollector collector = FakeCollector.start();
                LaunchedProcess gateway = WarDeployment.installed()
                        .get(0)
                        .launch(
                                List.of(
                                        "--proxy-host=127.0.0.1",
                                        "--proxy-port=0",
                                        "--app=" + script,
                                        "--context-path=/sales",
                                        "--streamlit-command=" + InstalledProgram.STREAMLIT.path(),
                                        "--otlp-endpoint=" + collector.endpoint()),
                                Map.of())) {
            URI uri = WarDeployment.readyAddress(gateway);
            StringBuilder shown = new StringBuilder();
            try (RawWebSocket socket =
                    RawWebSocket.open(uri, "/sales/_stcore/stream", "Sec-WebSocket-Protocol: streamlit, token")) {
                run(socket, shown);
                run(socket, shown);
                collector.await(span -> span.name().equals("streamlit.rerun"));
                socket.frames().sendClose(1001, "");
                socket.frames().awaitClosing();
            }
            FakeCollector.Span session = collector.await("streamlit.session");
            List<FakeCollector.Span> runs = collector.spans().stream()
                    .filter(span -> span.name().equals("streamlit.rerun"))
                    .toList();

            assertEquals(2, runs.size(), runs::toString);
            for (FakeCollector.Span run : runs) {
                assertEquals(session.id(), run.parent());
                assertEquals(session.trace(), run.trace());
                assertEquals("/sales", run.attributes().get("streamlit.app"));
                assertEquals("/", run.attributes().get("streamlit.page"));
                assertEquals("full", run.attributes().get("streamlit.kind"));
                assertEquals("finished", run.attributes().get("streamlit.status"));
                long firstElement = (long) run.attributes().get("streamlit.first_element_ms");
                long duration = (run.end() - run.start()) / 1_000_000;
                assertTrue(firstElement >= 0 && firstElement <= duration - 250, run::toString);
                assertTrue(run.start() >= session.start() && run.end() <= session.end(), () -> run + " in " + session);
            }
            assertEquals(2L, session.attributes().get("streamlit.reruns"));
            assertEquals("new", session.attributes().get("streamlit.opened"));
            String text = shown.toString();
            assertTrue(text.contains("parent=00-" + session.trace() + "-" + session.id() + "-01!"), text);
            assertTrue(text.contains("name=sales!"), text);
            assertTrue(text.contains("attributes=streamlit.app=%2Fsales,streamlit.replica=process%200!"), text);
            assertTrue(text.contains("endpoint=" + collector.endpoint() + "!"), text);
            assertFalse(gateway.output().contains("not accepted"), gateway::output);
            collector.assertNoProblems();
        }
    }

    /** Runs the script once, and appends what it sends. */
    private static void run(RawWebSocket socket, StringBuilder shown) throws IOException {
        socket.frames().send(Frame.binary(RERUN));
        byte[] message;
        do {
            message = socket.frames().nextMessage().payload();
            shown.append(new String(message, java.nio.charset.StandardCharsets.ISO_8859_1));
        } while (!isScriptFinished(message));
    }

    /** Whether a message has ForwardMsg.script_finished, number 6, with the value 0. */
    private static boolean isScriptFinished(byte[] message) {
        for (int i = 0; i + 1 < message.length; i++) {
            if (message[i] == 0x30 && message[i + 1] == 0 && message.length < 100) {
                return true;
            }
        }
        return false;
    }
}
