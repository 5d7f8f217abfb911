package org.streamlitgateway.it.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.streamlitgateway.fixture.FakeFeed;
import org.streamlitgateway.fixture.FakeFeed.FeedSocket;
import org.streamlitgateway.fixture.Frame;
import org.streamlitgateway.fixture.FrameSocket;
import org.streamlitgateway.fixture.RawWebSocket;
import org.streamlitgateway.fixture.Signal;
import org.streamlitgateway.it.GatewayFixture;
import org.streamlitgateway.it.NeedsGateway;

/** The gateway's process is suspended for longer than a peer may be silent, like a virtual machine that is migrated. */
@NeedsGateway
class StandstillIT extends WithFeeds {
    private static final int STANDSTILL_SECONDS = 6;

    private FakeFeed feed;

    @Override
    protected void startFeeds() throws IOException {
        feed = newFeed();
    }

    @Override
    protected String[] options() {
        return new String[] {
            "ping-interval", "400ms", "pong-timeout", "4s", "channel", "ticks=" + feed.address() + ",linger=10ms"
        };
    }

    /** Suspends the gateway's process; the returned process resumes it later. */
    private Process suspend() throws IOException {
        String script = "kill -STOP $0; echo suspended; sleep " + STANDSTILL_SECONDS + "; kill -CONT $0";
        Process suspension = new ProcessBuilder(
                        "sh", "-c", script, Long.toString(fixture.gateway().pid()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        assertEquals("suspended", suspension.inputReader().readLine());
        return suspension;
    }

    private static Frame ping(FrameSocket peer) throws IOException {
        Frame ping = peer.nextFrame();
        assertEquals(Frame.PING, ping.opcode());
        return ping;
    }

    private static void answer(FrameSocket peer, Frame ping) throws IOException {
        peer.send(new Frame(true, Frame.PONG, ping.payload()));
    }

    @Test
    void pongsReceivedDuringSuspensionAreCounted() throws Exception {
        Signal pinged = new Signal("Streamlit was sent a ping");
        Signal suspended = new Signal("the gateway is suspended");
        fixture.upstream().on(GatewayFixture.streamOf("standstill"), exchange -> {
            FrameSocket peer = exchange.acceptWebSocket();
            Frame ping = ping(peer);
            pinged.fire();
            suspended.await();
            answer(peer, ping);
            peer.send(peer.nextMessage());
        });
        try (ChannelSocket page = subscribe("ticks").awaitOpen();
                RawWebSocket browser = fixture.open("standstill", "Sec-WebSocket-Protocol: streamlit")) {
            FeedSocket socket = feed.socket();
            Frame ping = ping(browser.frames());
            Frame pagePing = ping(page.raw().frames());
            pinged.await();
            Process suspension = suspend();
            answer(browser.frames(), ping);
            answer(page.raw().frames(), pagePing);
            suspended.fire();
            assertEquals(0, suspension.waitFor());

            browser.frames().send(Frame.text("still here"));
            assertEquals(Frame.text("still here"), browser.frames().nextMessage());
            socket.count(1, 1);
            page.assertCount(1, 1);
            assertEquals(1, feed.accepted());
        }
    }
}
