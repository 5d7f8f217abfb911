package org.streamlitgateway.doctor.check.session;

import org.streamlitgateway.doctor.check.Examination;
import org.streamlitgateway.doctor.hop.Hop;
import org.streamlitgateway.doctor.hop.Mend;
import org.streamlitgateway.doctor.probe.WebSocket;
import org.streamlitgateway.doctor.probe.response.ProbeException;
import org.streamlitgateway.doctor.probe.response.Response;
import org.streamlitgateway.doctor.report.Examined.Place;

/** Whether a WebSocket opens, for the right page only. */
final class SocketChecks {
    static final String STREAM = "_stcore/stream";
    private static final String WHY = "without a WebSocket the page stays blank";
    private static final String SUBPROTOCOL = "sec-websocket-protocol";

    /** A host that exists nowhere (RFC 2606). */
    private static final String STRANGER = "https://doctor.invalid";

    private final Examination at;

    SocketChecks(Examination at) {
        this.at = at;
    }

    /** Returns whether a page's WebSocket opens. */
    boolean run() {
        try (WebSocket.Answer answer = dial(at.target().origin())) {
            if (answer.socket() == null) {
                refused(answer.response());
                return false;
            }
            at.ok("websocket", "open in " + answer.response().millis() + " ms");
            boolean isUsable = hasSubprotocol(answer.response());
            if (at.plan().place() != Place.REPLICA) {
                largeHeader();
                strangers();
            }
            return isUsable;
        } catch (ProbeException e) {
            at.fail(
                    "websocket",
                    at.front(),
                    "the handshake got no answer: " + e.getMessage(),
                    WHY,
                    at.mend(Mend.UPGRADE));
            return false;
        }
    }

    private WebSocket.Answer dial(String origin) throws ProbeException {
        return at.browser().dial(at.path(STREAM), origin, "");
    }

    private boolean hasSubprotocol(Response response) {
        if (response.header(SUBPROTOCOL).equals("streamlit")) {
            at.ok("subprotocol", "streamlit is echoed");
            return true;
        }
        at.fail(
                "subprotocol",
                at.front(),
                "the answer lacks Sec-WebSocket-Protocol: streamlit",
                "browsers end such a WebSocket at once",
                at.mend(Mend.SUBPROTOCOL));
        return false;
    }

    private void largeHeader() throws ProbeException {
        if (at.hasFailed(Examination.HEADER_SIZE)) {
            return; // for the same reason
        }
        String cookie = at.browser().cookieOfLength(Examination.LARGE_COOKIE);
        String seen = "a handshake with a cookie line of " + Examination.LARGE_COOKIE + " bytes ";
        try (WebSocket.Answer answer =
                at.browser().dial(at.path(STREAM), at.target().origin(), "", cookie)) {
            if (answer.socket() != null) {
                at.ok("websocket-header", seen + "passes");
                return;
            }
            seen += "gets " + at.describe(answer.response());
        } catch (ProbeException e) {
            if (!Examination.isSilent(e)) {
                throw e;
            }
            seen += "gets no answer: " + e.getMessage();
        }
        at.fail(
                "websocket-header",
                at.front(),
                seen,
                "visitors with large cookies, such as those of a log-in, see a blank page; Streamlit gives no answer at"
                        + " all to a header line above 8192 bytes",
                at.mend(Mend.HEADER_SIZE));
    }

    private void refused(Response response) throws ProbeException {
        Hop author = Hop.author(response);
        boolean isGatewayHandshake = author == Hop.GATEWAY && (response.status() == 400 || response.status() == 426);
        if (response.isSuccess() || isGatewayHandshake) {
            String receiver = author == Hop.GATEWAY || at.hasGateway() ? "the gateway" : "Streamlit";
            at.fail(
                    "websocket",
                    at.front(),
                    at.describe(response) + ": the request reached " + receiver + " without Upgrade and Connection",
                    WHY,
                    at.mend(Mend.UPGRADE));
        } else if (response.status() == 403) {
            forbidden(response);
        } else if (response.isRedirect() || response.status() == 401) {
            at.fail(
                    "websocket",
                    at.author(response),
                    at.describe(response) + ": a log-in refuses the WebSocket",
                    WHY,
                    "let the log-in accept its cookie for " + STREAM + ", too");
        } else if (response.status() == 400 || response.status() == 426 || response.status() == 501) {
            at.fail(
                    "websocket",
                    at.front(),
                    at.describe(response)
                            + ": the handshake arrived maimed (HTTP/1.0, or without Upgrade or Connection)",
                    WHY,
                    at.mend(Mend.UPGRADE));
        } else if (response.status() >= 500) {
            at.fail(
                    "websocket",
                    at.author(response),
                    at.describe(response) + ", although health is ok",
                    WHY,
                    "see the log of " + at.author(response) + " at this time; " + at.mend(Mend.UPGRADE));
        } else {
            at.fail(
                    "websocket",
                    at.author(response),
                    at.describe(response),
                    WHY,
                    "pass " + at.path(STREAM) + " to Streamlit like every other path");
        }
    }

    /** A handshake without Origin passes Streamlit's check, so a refusal of it comes from somebody else. */
    private void forbidden(Response response) throws ProbeException {
        boolean opensWithoutOrigin = opens("");
        if (Hop.author(response) == Hop.GATEWAY) {
            rewritten(
                    response,
                    "the gateway",
                    "; or name the proxy in trusted-proxies and send X-Forwarded-Host; or name "
                            + at.target().origin() + " in allowed-origins");
        } else if (opensWithoutOrigin) {
            rewritten(response, "Streamlit", "; or add the host to server.corsAllowedOrigins");
        } else {
            at.fail(
                    "websocket",
                    at.author(response),
                    at.describe(response) + ", with and without Origin: " + at.author(response)
                            + " itself refuses WebSockets, or Streamlit's server.allowedHosts lacks "
                            + at.target().host(),
                    WHY,
                    "allow GET " + at.path(STREAM) + " with Upgrade: websocket at " + at.author(response)
                            + " (firewall rule, access rule)");
        }
    }

    private void rewritten(Response response, String receiver, String alternative) throws ProbeException {
        boolean hasPort = at.target().authority().contains(":" + at.target().port());
        String withoutPort =
                at.target().uri().getScheme() + "://" + at.target().uri().getHost();
        boolean portDropped = hasPort && opens(withoutPort);
        at.fail(
                "websocket",
                at.front(),
                response.status() + " from " + receiver + ": Host is "
                        + (portDropped ? "passed on without its port" : "rewritten on the way") + ", so " + receiver
                        + " takes the Origin " + at.target().origin() + " for another site",
                WHY,
                at.mend(Mend.HOST) + alternative);
    }

    private boolean opens(String origin) throws ProbeException {
        try (WebSocket.Answer answer = dial(origin)) {
            return answer.socket() != null;
        }
    }

    /** Streamlit asks the internet for its own address in this case, and stalls meanwhile; the gateway does not ask it. */
    private void strangers() throws ProbeException {
        if (at.plan().quick() && !at.hasGateway()) {
            return;
        }
        try (WebSocket.Answer answer = dial(STRANGER)) {
            if (answer.socket() == null) {
                at.ok(
                        "origin",
                        "a page of another site is refused ("
                                + answer.response().status() + ")");
            } else {
                at.fail(
                        "origin",
                        at.front(),
                        "a WebSocket with Origin " + STRANGER + " opens",
                        "any site can use the app in the name of a visitor; Origin is removed on the way, or"
                                + " server.enableCORS is off, or allowed-origins is *",
                        at.mend(Mend.ORIGIN));
            }
        } catch (ProbeException e) {
            if (!Examination.isSilent(e)) {
                throw e;
            }
            at.ok("origin", "a page of another site is refused (" + e.getMessage() + ")");
        }
    }
}
