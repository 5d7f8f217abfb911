package org.streamlitgateway.it.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.streamlitgateway.fixture.Exchange;
import org.streamlitgateway.fixture.FakeStreamlit;
import org.streamlitgateway.fixture.Frame;
import org.streamlitgateway.fixture.FrameSocket;
import org.streamlitgateway.fixture.StreamlitMessages;

/** The doctor at servers that answer with what hurts a client: it ends, within bounds, with a failure and clean text. */
@Timeout(60)
class HostileServerIT {
    private static final String HEALTH = "/_stcore/health";
    private static final String STREAM = "/_stcore/stream";

    private FakeStreamlit server;

    @BeforeEach
    void start() throws IOException {
        server = FakeStreamlit.start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Diagnosis examine() {
        Diagnosis diagnosis = Diagnosis.of(server.uri().toString(), "--quick", "--timeout", "1s");
        assertEquals(1, diagnosis.exit(), diagnosis.out());
        assertTrue(diagnosis.out().chars().allMatch(c -> c == '\n' || c >= ' ' && c != 0x7f), diagnosis.out());
        assertTrue(diagnosis.out().length() < 20_000, diagnosis.out());
        return diagnosis;
    }

    private void assertFails(String check, String text) {
        Diagnosis diagnosis = examine();
        assertTrue(
                diagnosis.lines("FAIL").stream()
                        .anyMatch(line -> line.startsWith("FAIL  " + check + ": ") && line.contains(text)),
                diagnosis.out());
    }

    @Test
    void silenceEndsAtTheTimeLimit() {
        server.on(HEALTH, Exchange::discard);
        assertFails("health", "no answer within 1 s");
    }

    @Test
    void endlessHeadEndsAtItsBound() {
        server.on(HEALTH, exchange -> {
            exchange.raw("HTTP/1.1 200 OK\r\n");
            while (true) {
                exchange.raw("x-filler: " + "y".repeat(1000) + "\r\n");
            }
        });
        assertFails("health", "the answer's head exceeds");
    }

    @Test
    void headThatDripsEndsAtTheTimeLimit() {
        server.on(HEALTH, exchange -> {
            exchange.raw("HTTP/1.1 200 OK\r\n");
            for (int i = 0; i < 1000; i++) {
                exchange.raw("x");
                LockSupport.parkNanos(20_000_000);
            }
        });
        assertFails("health", "no answer within 1 s");
    }

    @Test
    void endlessBodyIsNotKept() {
        server.on(HEALTH, exchange -> {
            exchange.startBody("200 OK", "content-type: text/html");
            while (true) {
                exchange.raw("<html>" + "z".repeat(10_000));
            }
        });
        assertFails("health", "");
    }

    @Test
    void brokenChunksAreAnIncompleteAnswer() {
        server.on(HEALTH, exchange -> {
            exchange.startBody("200 OK", "transfer-encoding: chunked");
            exchange.raw("ffffffffffffffff\r\nok\r\n");
            exchange.close();
        });
        assertFails("health", "");
    }

    @Test
    void interimAnswersWithoutEndAreCounted() {
        server.on(HEALTH, exchange -> {
            while (true) {
                exchange.interim("103 Early Hints");
            }
        });
        assertFails("health", "too many interim answers");
    }

    @Test
    void escapeSequencesDoNotReachTheTerminal() {
        server.on(
                HEALTH,
                exchange -> exchange.reply(
                        "302 Found",
                        "",
                        "location: /\u001b]0;owned\u0007\u001b[31m?state=s3cret",
                        "server: \u001b[2J"));
        Diagnosis diagnosis = examine();
        assertTrue(diagnosis.out().contains("302"), diagnosis.out());
        assertFalse(diagnosis.out().contains("s3cret"), diagnosis.out());
    }

    @Test
    void somethingThatIsNotHttpIsNamed() {
        server.on(HEALTH, exchange -> {
            exchange.raw("SSH-2.0-OpenSSH_9.2\r\n");
            exchange.close();
        });
        assertFails("health", "the answer is not HTTP/1: 'SSH-2.0-OpenSSH_9.2'");
    }

    @Test
    void wrongAcceptOfAWebSocketIsNamed() {
        server.on(
                STREAM,
                exchange -> exchange.replyHead(
                        "101 Switching Protocols",
                        "upgrade: websocket",
                        "connection: upgrade",
                        "sec-websocket-accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA="));
        assertFails("websocket", "wrong Sec-WebSocket-Accept");
    }

    @Test
    void randomFramesEndTheSession() {
        byte[] noise = new byte[1 << 16];
        new Random(18).nextBytes(noise);
        server.on(STREAM, exchange -> {
            FrameSocket frames = exchange.acceptWebSocket();
            frames.sendRaw(noise);
            exchange.discard();
        });
        assertFails("rerun", "broken: ");
    }

    @Test
    void randomMessagesAreNoSession() {
        Random random = new Random(18);
        server.on(STREAM, exchange -> {
            FrameSocket frames = exchange.acceptWebSocket();
            for (int i = 0; i < 500; i++) {
                byte[] noise = new byte[random.nextInt(2000)];
                random.nextBytes(noise);
                frames.send(Frame.binary(noise));
            }
            frames.sendClose(1011, "\u001b[31mno");
            exchange.discard();
        });
        examine();
    }

    @Test
    void frameThatAnnouncesMoreThanMemoryIsRefused() {
        server.on(STREAM, exchange -> {
            FrameSocket frames = exchange.acceptWebSocket();
            frames.sendRaw(new byte[] {(byte) 0x82, 127, 0x7f, -1, -1, -1, -1, -1, -1, -1});
            exchange.discard();
        });
        assertFails("rerun", "larger than allowed");
    }

    @Test
    void uploadAddressCannotForgeARequest() throws IOException {
        byte[] forged = StreamlitMessages.uploadUrl("doctor-1", "/_stcore/upload_file/a HTTP/1.1\r\nX: y\r\n\r\n/b");
        server.on(STREAM, exchange -> {
            FrameSocket frames = exchange.acceptWebSocket();
            frames.nextMessage();
            frames.send(Frame.binary(StreamlitMessages.newSession("one")));
            frames.send(Frame.binary(StreamlitMessages.scriptFinished()));
            frames.nextMessage();
            frames.send(Frame.binary(forged));
            frames.awaitClosing();
        });
        assertFails("message-size", "answered with something else");
        server.assertNoProblems();
    }
}
