package org.streamlitgateway.status.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.streamlitgateway.pages.look.Look;
import org.streamlitgateway.reload.Reload;
import org.streamlitgateway.routing.AppState;
import org.streamlitgateway.status.SessionFilter;
import org.streamlitgateway.status.StatusSnapshot;
import org.streamlitgateway.status.StatusSnapshot.AppStatus;
import org.streamlitgateway.status.StatusSnapshot.ChannelStatusLine;
import org.streamlitgateway.status.StatusSnapshot.FailureLine;
import org.streamlitgateway.status.StatusSnapshot.ReplicaStatus;
import org.streamlitgateway.status.StatusSnapshot.SessionStatus;
import org.streamlitgateway.status.action.ActionName;
import org.streamlitgateway.status.action.ActionResult;
import org.streamlitgateway.status.action.Actor;
import org.streamlitgateway.status.action.AuditEntry;
import org.streamlitgateway.status.action.FormFields;
import org.streamlitgateway.status.text.StatusJson;
import org.streamlitgateway.upstream.ReplicaState;

/** The page as HTML: complete, escaped and small. Writes samples to {@code target/status} for a look at them. */
class StatusHtmlTest {
    private static final Path SAMPLES = Path.of("target/status");
    private static final int MAX_BYTES = 1_000_000;

    /** Breaks out of elements, attributes and styles, and turns the writing direction. */
    private static final String ATTACK = "\"'><script>alert(1)</script></style>\u202e\n";

    private static String page(StatusSnapshot status, Viewer viewer, String sample) throws IOException {
        String html = StatusHtml.of(status, viewer);
        Files.createDirectories(SAMPLES);
        Files.writeString(SAMPLES.resolve(sample + ".html"), html);
        return html;
    }

    @Test
    void busyGatewayIsShownWithReasonsAndActions() throws IOException {
        String html = page(Snapshots.busy(200), Snapshots.viewer(null, FormFields.parse(""), 7), "full");

        for (String text : List.of(
                "its health check returned status 503",
                "41 min ago",
                "over its memory limit",
                "412 MB",
                "We are back at noon.",
                "max-sessions-per-client: 17 ×",
                "is not an address",
                "valid until 2026-12-08",
                "prices",
                "slow",
                "status/drain",
                "app2:8501 of /sales is draining, with 66 sessions")) {
            assertTrue(html.contains(text), text);
        }
        assertFalse(html.contains("<script"), "no script");
        assertFalse(html.matches("(?s).* style=.*"), "no style attribute, which the policy forbids");
    }

    @Test
    void emptyGatewayIsShown() throws IOException {
        String html = page(Snapshots.empty(), Snapshots.viewer(), "empty");

        assertTrue(html.contains("Nobody is connected at the moment."));
        assertTrue(html.contains("not checked yet"));
        assertTrue(html.contains("http-equiv=\"refresh\""));
    }

    @Test
    void questionBeforeAnActionIsShown() throws IOException {
        FormFields fields = FormFields.parse("app=/sales");
        String html = page(Snapshots.busy(20), Snapshots.viewer(ActionName.STOP, fields, 0), "ask");

        assertTrue(html.contains("Text for visitors"));
        assertFalse(html.contains("http-equiv=\"refresh\""), "the text must not be lost");
    }

    /** The duration is printed for a comparison, since two busy cores make a bound flaky. */
    @Test
    void twoThousandSessionsFitIntoOneMegabyte() throws IOException {
        StatusSnapshot status = Snapshots.busy(2000);
        for (int i = 0; i < 20; i++) {
            StatusHtml.of(status, Snapshots.viewer());
        }
        long start = System.nanoTime();
        String html = page(status, Snapshots.viewer(), "2000");
        long micros = (System.nanoTime() - start) / 1000;

        int bytes = html.getBytes(StandardCharsets.UTF_8).length;
        System.out.println("status page with 2,000 sessions: " + bytes + " bytes in " + micros + " µs");
        assertTrue(bytes < MAX_BYTES, bytes + " bytes");
        assertTrue(html.contains("and 1500 more"));
        assertTrue(StatusJson.of(status).length < MAX_BYTES);
    }

    @ParameterizedTest
    @EnumSource(ActionName.class)
    void textFromOutsideIsEscaped(ActionName asked) {
        AppStatus app = Snapshots.empty().apps().get(0);
        ReplicaStatus replica = new ReplicaStatus(
                ATTACK, ATTACK, ReplicaState.UP, 1, 1, 1, 1, 1, 1, new FailureLine(Snapshots.NOW, ATTACK));
        SessionStatus session = new SessionStatus(
                "1", ATTACK, ATTACK, ATTACK, ATTACK, ATTACK, ATTACK, Snapshots.NOW, null, 1, 1, 1, 1, 1, 1, 1, true);
        StatusSnapshot status = new StatusSnapshot(
                Snapshots.NOW,
                Snapshots.empty().gateway(),
                List.of(new AppStatus(
                        "/" + ATTACK,
                        ATTACK,
                        AppState.UP,
                        ATTACK,
                        true,
                        List.of(ATTACK),
                        app.summary(),
                        List.of(replica))),
                List.of(session),
                1,
                List.of(new ChannelStatusLine(ATTACK, "shared", "open", 1, 1, 1, 1, 1, 1)),
                new Reload(Path.of(ATTACK), Snapshots.NOW, false, List.of(ATTACK)),
                null,
                List.of());
        AuditEntry entry =
                new AuditEntry(1, Snapshots.NOW, new Actor(ATTACK, ATTACK), asked, ATTACK, ActionResult.failed(ATTACK));
        FormFields fields = FormFields.parse("app=%22%3E%3Cscript%3E&user=%22%3E%3Cscript%3E&message=%3Cscript%3E");
        SessionFilter filter = new SessionFilter(ATTACK, ATTACK);
        Look look = new Look(ATTACK, "");

        String overview = StatusHtml.of(status, new Viewer(look, filter, "t", true, null, fields, 1, List.of(entry)));
        String question = StatusHtml.of(status, new Viewer(look, filter, "t", true, asked, fields, 1, List.of(entry)));

        for (String html : List.of(overview, question)) {
            assertFalse(html.contains("<script"), html);
            String visible =
                    html.replaceAll("<input type=\"hidden\"[^>]*>|href=\"[^\"]*\"|<option value=\"[^\"]*\"", "");
            assertFalse(visible.contains("\u202e"), "a mark that turns the direction");
            assertEquals(1, html.split("</style>", -1).length - 1);
        }
    }
}
