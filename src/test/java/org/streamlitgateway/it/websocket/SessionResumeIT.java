package org.streamlitgateway.it.websocket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.streamlitgateway.fixture.Closing;
import org.streamlitgateway.fixture.FakeStreamlit;
import org.streamlitgateway.fixture.Frame;
import org.streamlitgateway.fixture.FrameSocket;
import org.streamlitgateway.fixture.RawWebSocket;
import org.streamlitgateway.fixture.Recorder;
import org.streamlitgateway.fixture.StreamlitMessages;
import org.streamlitgateway.it.GatewayFixture;
import org.streamlitgateway.it.NeedsGateway;
import org.streamlitgateway.it.OnEveryDeployment;

/** Streamlit does not close the previous socket of a resumed session, so the gateway does. */
@NeedsGateway
class SessionResumeIT extends OnEveryDeployment {
    /** Sends this session's id in the first message of each new socket, as Streamlit does, then echoes text. */
    private static FakeStreamlit.Script sessionScript(String session, Recorder<Closing> ends) {
        return exchange -> {
            FrameSocket frames = exchange.acceptWebSocket();
            frames.send(Frame.binary(StreamlitMessages.newSession(session)));
            try {
                Frame frame = frames.nextFrame();
                while (frame.opcode() != Frame.CLOSE) {
                    if (frame.opcode() == Frame.TEXT) {
                        frames.send(frame);
                    }
                    frame = frames.nextFrame();
                }
                ends.add(frame.closing());
            } catch (EOFException | SocketException e) {
                ends.add(new Closing(Closing.ABNORMAL, ""));
            }
        };
    }

    private static String protocols(String session) {
        return "Sec-WebSocket-Protocol: streamlit, 2|2c4f2033|f32f|1795291749"
                + (session.isEmpty() ? "" : ", " + session);
    }

    @Test
    void resumingSessionClosesOldSocketOnBothSides() throws IOException {
        Recorder<Closing> ends = new Recorder<>("end of a socket upstream");
        fixture.upstream().on(GatewayFixture.streamOf("resumed"), sessionScript("0a1b-resumed", ends));

        try (RawWebSocket old = fixture.open("resumed", protocols(""))) {
            assertEquals(Frame.BINARY, old.frames().nextMessage().opcode());
            try (RawWebSocket next = fixture.open("resumed", protocols("0a1b-resumed"))) {
                assertTrue(old.frames().awaitClosing().code() != 1000);
                ends.take();

                assertEquals(Frame.BINARY, next.frames().nextMessage().opcode());
                next.frames().send(Frame.text("the new one works"));
                assertEquals(Frame.text("the new one works"), next.frames().nextMessage());
                ends.assertExhausted();
            }
        }
    }

    @Test
    void sessionCanBeResumedRepeatedly() throws IOException {
        Recorder<Closing> ends = new Recorder<>("end of a socket upstream");
        fixture.upstream().on(GatewayFixture.streamOf("again"), sessionScript("0a1b-again", ends));
        RawWebSocket last = fixture.open("again", protocols(""));
        last.frames().nextMessage();
        for (int i = 0; i < 5; i++) {
            RawWebSocket next = fixture.open("again", protocols("0a1b-again"));
            last.frames().awaitClosing();
            last.close();
            ends.take();
            next.frames().nextMessage();
            last = next;
        }
        last.frames().send(Frame.text("lives"));
        assertEquals(Frame.text("lives"), last.frames().nextMessage());
        last.close();
    }

    @Test
    void socketOfOtherSessionStaysOpen() throws IOException {
        Recorder<Closing> ends = new Recorder<>("end of a socket upstream");
        fixture.upstream().on(GatewayFixture.streamOf("mine"), sessionScript("0a1b-mine", ends));
        fixture.upstream().on(GatewayFixture.streamOf("yours"), sessionScript("0a1b-yours", ends));

        try (RawWebSocket mine = fixture.open("mine", protocols(""));
                RawWebSocket theirs = fixture.open("yours", protocols(""))) {
            mine.frames().nextMessage();
            theirs.frames().nextMessage();
            try (RawWebSocket resumed = fixture.open("yours", protocols("0a1b-yours"))) {
                theirs.frames().awaitClosing();
                resumed.frames().nextMessage();
                mine.frames().send(Frame.text("untouched"));

                assertEquals(Frame.text("untouched"), mine.frames().nextMessage());
            }
        }
    }

    @Test
    void refusedResumptionKeepsOldSocketOpen() throws IOException {
        Recorder<Closing> ends = new Recorder<>("end of a socket upstream");
        AtomicInteger attempts = new AtomicInteger();
        FakeStreamlit.Script sessionScript = sessionScript("0a1b-refused", ends);
        fixture.upstream().on(GatewayFixture.streamOf("refused"), exchange -> {
            if (attempts.getAndIncrement() == 0) {
                sessionScript.play(exchange);
            } else {
                exchange.reply("403 Forbidden", "no");
            }
        });

        try (RawWebSocket old = fixture.open("refused", protocols(""))) {
            old.frames().nextMessage();
            try (RawWebSocket refused = fixture.dial("refused", protocols("0a1b-refused"))) {
                assertEquals(403, refused.refusal().status());
            }
            old.frames().send(Frame.text("untouched"));

            assertEquals(Frame.text("untouched"), old.frames().nextMessage());
        }
    }

    @Test
    void claimedSessionIdAloneClosesNothing() throws IOException {
        Recorder<Closing> ends = new Recorder<>("end of a socket upstream");
        fixture.upstream().on(GatewayFixture.streamOf("owner"), sessionScript("0a1b-owner", ends));
        fixture.upstream().on(GatewayFixture.streamOf("thief"), sessionScript("0a1b-another", ends));
        fixture.upstream().on(GatewayFixture.streamOf("silent"), exchange -> exchange.acceptWebSocket()
                .awaitClosing());

        try (RawWebSocket owner = fixture.open("owner", protocols(""))) {
            owner.frames().nextMessage();
            try (RawWebSocket thief = fixture.open("thief", protocols("0a1b-owner"));
                    RawWebSocket silent = fixture.open("silent", protocols("0a1b-owner"))) {
                assertEquals(Frame.BINARY, thief.frames().nextMessage().opcode());
                thief.frames().send(Frame.text("got another session"));
                assertEquals(Frame.text("got another session"), thief.frames().nextMessage());
                owner.frames().send(Frame.text("untouched"));

                assertEquals(Frame.text("untouched"), owner.frames().nextMessage());
                ends.assertExhausted();
                assertTrue(silent.isSilentFor(Duration.ofMillis(50)));
            }
        }
    }

    @Test
    void unconfirmedSocketIsClosedWhenAnotherResumesSession() throws IOException {
        Recorder<Closing> ends = new Recorder<>("end of a socket upstream");
        fixture.upstream()
                .on(
                        GatewayFixture.streamOf("quiet"),
                        exchange -> ends.add(exchange.acceptWebSocket().awaitClosing()));
        fixture.upstream().on(GatewayFixture.streamOf("told"), sessionScript("0a1b-told", ends));

        try (RawWebSocket quiet = fixture.open("quiet", protocols("0a1b-told"));
                RawWebSocket confirmed = fixture.open("told", protocols("0a1b-told"))) {
            confirmed.frames().nextMessage();
            quiet.frames().awaitClosing();
            ends.take();
        }
    }
}
