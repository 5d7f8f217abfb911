package org.streamlitgateway.it.websocket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamlitgateway.fixture.Closing;
import org.streamlitgateway.fixture.Frame;
import org.streamlitgateway.fixture.RawWebSocket;
import org.streamlitgateway.fixture.Recorder;
import org.streamlitgateway.it.GatewayFixture;
import org.streamlitgateway.it.NeedsGateway;
import org.streamlitgateway.it.OnEveryDeployment;

/** Invalid frames are refused by their header, whatever length they announce. */
@NeedsGateway
class HostileFramesIT extends OnEveryDeployment {
    private static final String STREAM = "Sec-WebSocket-Protocol: streamlit, token";

    @Override
    protected String[] options() {
        return new String[] {"max-message-size", "100K"};
    }

    private RawWebSocket open(Recorder<Closing> upstream) throws IOException {
        fixture.upstream()
                .on(
                        GatewayFixture.streamOf("hostile"),
                        exchange -> upstream.add(exchange.acceptWebSocket().awaitClosing()));
        return fixture.open("hostile", STREAM);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "83ff0000000080000000010203041", // opcode 3, a length of 2 GB, one byte of payload
                "87ff000000008000000001020304",
                "8bff000000008000000001020304",
                "8fff000000008000000001020304",
                "c28101020304ff",
                "a28101020304ff",
                "9281010203040a",
                "82010a", // not masked
                "827f0000000080000000",
                "82ff800000000000000001020304", // a negative length
                "82ffffffffffffffffff01020304",
                "89fe007e01020304", // a long ping
                "09810102030400", // a ping in fragments
                "8881010203040a", // half of a close code
                "808101020304ff", // a continuation without a first frame
                "88820000000003e7", // 999
                "88820000000003ed", // 1005
                "88820000000003ee", // 1006
                "88820000000003f7", // 1015
                "8882000000001388", // 5000
            })
    void invalidFrameClosesWith1002(String bytes) throws IOException {
        Recorder<Closing> upstream = new Recorder<>("end upstream");
        try (RawWebSocket socket = open(upstream)) {
            String whole = bytes.length() % 2 == 0 ? bytes : bytes.substring(0, bytes.length() - 1);
            socket.frames().sendRaw(HexFormat.of().parseHex(whole));

            int code = socket.frames().awaitClosing().code();
            assertTrue(
                    code == 1002 || code == 1009 && !deployment.splices(),
                    "code " + code); // Jetty checks the size first
            upstream.take();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "82fe000a01020304",
                "82fe007d01020304",
                "82ff000000000000000a01020304",
                "82ff000000000000ffff01020304"
            })
    void overlongLengthEncodingClosesWith1002(String bytes) throws IOException {
        Recorder<Closing> upstream = new Recorder<>("end upstream");
        if (!deployment.splices()) {
            return; // containers do not check this
        }
        try (RawWebSocket socket = open(upstream)) {
            socket.frames().sendRaw(HexFormat.of().parseHex(bytes));

            assertEquals(1002, socket.frames().awaitClosing().code());
        }
    }

    @Test
    void invalidUtf8InCloseReasonClosesWith1007Or1002() throws IOException {
        Recorder<Closing> upstream = new Recorder<>("end upstream");
        try (RawWebSocket socket = open(upstream)) {
            socket.frames().sendRaw(HexFormat.of().parseHex("88840000000003e8c328"));

            assertTrue(
                    List.of(1007, 1002).contains(socket.frames().awaitClosing().code()));
        }
    }

    @Test
    void oversizedMessageClosesWith1009() throws IOException {
        Recorder<Closing> upstream = new Recorder<>("end upstream");
        try (RawWebSocket socket = open(upstream)) {
            socket.frames().sendRaw(HexFormat.of().parseHex("82ff000000000c80000001020304"));
            if (!deployment.splices()) {
                socket.frames().sendRaw(new byte[200 * 1024]); // containers do not report the announced length
            }

            assertEquals(1009, socket.frames().awaitClosing().code());
            upstream.take();
        }
    }

    @Test
    void fragmentsCountTowardsMessageLimit() throws IOException {
        Recorder<Closing> upstream = new Recorder<>("end upstream");
        try (RawWebSocket socket = open(upstream)) {
            socket.frames().send(new Frame(false, Frame.BINARY, new byte[60 * 1024]));
            socket.frames().send(Frame.ping("between"));
            socket.frames().send(new Frame(true, 0, new byte[60 * 1024]));

            assertEquals(1009, socket.frames().awaitClosing().code());
            upstream.take();
        }
    }

    @Test
    void messagesWithinTheLimitPass() throws IOException {
        try (RawWebSocket socket = fixture.open("within", STREAM)) {
            for (int i = 0; i < 5; i++) {
                Frame message = Frame.binary(new byte[100 * 1024]);
                socket.frames().send(message);
                assertEquals(
                        message.payload().length, socket.frames().nextMessage().payload().length);
            }
        }
    }
}
