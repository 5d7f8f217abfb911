package org.streamlitgateway.streamlit.message;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamlitgateway.fixture.Protobuf;
import org.streamlitgateway.fixture.ScriptMessages;

/** What the readers find in messages, in whatever portions they arrive. */
class MessageReadersTest {
    private final List<String> events = new ArrayList<>();
    private final ScriptListener listener = new ScriptListener() {
        @Override
        public void rerunRequested(boolean fragment, boolean auto) {
            events.add("rerun" + (fragment ? " fragment" : "") + (auto ? " auto" : ""));
        }

        @Override
        public void runStarted(boolean fragment) {
            events.add("started" + (fragment ? " fragment" : ""));
        }

        @Override
        public void elementSent() {
            events.add("element");
        }

        @Override
        public void exceptionShown() {
            events.add("exception");
        }

        @Override
        public void runFinished(RunStatus status) {
            events.add(status.name());
        }

        @Override
        public void told(Fact fact, byte[] utf8, int length) {
            events.add(fact + "=" + new String(utf8, 0, length, StandardCharsets.UTF_8));
        }

        @Override
        public void pageNamed(String hash, String path) {
            events.add(hash + "=/" + path);
        }

        @Override
        public void pageShown(byte[] hash, int length) {
            events.add("shown " + new String(hash, 0, length, StandardCharsets.UTF_8));
        }

        @Override
        public void unknownMessage() {
            events.add("unknown");
        }
    };
    private final ForwardMessageReader forward = new ForwardMessageReader(listener);
    private final BackMessageReader back = new BackMessageReader(listener);

    private static void read(MessageReader reader, byte[] message, int mask, Random random) {
        byte[] masked = message.clone();
        for (int i = 0; i < masked.length; i++) {
            masked[i] ^= (byte) (mask >>> 24 - 8 * (i & 3));
        }
        reader.begin();
        for (int at = 0; at < masked.length; ) {
            int count = random == null ? masked.length : Math.min(masked.length - at, 1 + random.nextInt(40));
            ByteBuffer padded = ByteBuffer.allocate(count + 10);
            padded.put(3, masked, at, count);
            reader.read(padded, 3, count, mask, at);
            at += count;
        }
        reader.end();
    }

    private List<String> of(MessageReader reader, byte[] message) {
        events.clear();
        read(reader, message, 0, null);
        return List.copyOf(events);
    }

    @Test
    void rerunRequestsAreTold() {
        assertEquals(List.of("rerun"), of(back, ScriptMessages.rerunScript(null, false)));
        assertEquals(List.of("rerun fragment"), of(back, ScriptMessages.rerunScript("f", false)));
        assertEquals(List.of("rerun fragment auto"), of(back, ScriptMessages.rerunScript("f", true)));
        assertEquals(
                List.of("rerun"),
                of(back, Protobuf.message().message(11, Protobuf.message()).bytes()));
    }

    @Test
    void requestsOutsideOfRunsAreNotReruns() {
        for (int kind : new int[] {5, 7, 12, 16, 17, 19}) {
            assertEquals(
                    List.of(),
                    of(back, Protobuf.message().text(kind, "anything").bytes()),
                    "kind " + kind);
        }
    }

    @Test
    void runIsToldFromBeginToEnd() {
        assertEquals(
                List.of(
                        "STREAMLIT_VERSION=1.64.0",
                        "PYTHON_VERSION=3.11.7",
                        "SESSION_ID=id",
                        "hash-of-report=/report",
                        "hash-of-main=/",
                        "shown hash-of-report",
                        "started"),
                of(forward, ScriptMessages.newSession("id", false)));
        assertEquals(List.of("element"), of(forward, ScriptMessages.delta("text")));
        assertEquals(List.of("FINISHED"), of(forward, ScriptMessages.scriptFinished(0)));
        assertEquals(List.of("COMPILE_ERROR"), of(forward, ScriptMessages.scriptFinished(1)));
        assertEquals(List.of("SUPERSEDED"), of(forward, ScriptMessages.scriptFinished(2)));
        assertEquals(List.of("FINISHED"), of(forward, ScriptMessages.scriptFinished(3)));
        assertEquals(List.of("unknown"), of(forward, ScriptMessages.scriptFinished(9)));
    }

    @Test
    void pagesAreReadOnce() {
        of(forward, ScriptMessages.newSession("id", false));
        assertEquals(
                List.of(
                        "STREAMLIT_VERSION=1.64.0",
                        "PYTHON_VERSION=3.11.7",
                        "SESSION_ID=id",
                        "shown hash-of-report",
                        "started fragment"),
                of(forward, ScriptMessages.newSession("id", true)));
    }

    @Test
    void exceptionsCountAndWarningsDoNot() {
        assertEquals(List.of("element", "exception"), of(forward, ScriptMessages.exception(false)));
        assertEquals(List.of("element"), of(forward, ScriptMessages.exception(true)));
    }

    @Test
    void unknownKindsAreCountedAndSkipped() {
        assertEquals(List.of("unknown"), of(forward, ScriptMessages.unknown()));
        assertEquals(
                List.of("unknown"), of(back, Protobuf.message().text(30, "new").bytes()));
        assertEquals(
                List.of("unknown"),
                of(back, Protobuf.message().text(100_000, "new").bytes()));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 0x01020304, -1, 0x80000001})
    void portionsAndMasksMakeNoDifference(int mask) {
        Random random = new Random(mask);
        byte[] request = ScriptMessages.rerunScript("fragment", true);
        byte[] exception = ScriptMessages.exception(false);
        for (int round = 0; round < 200; round++) {
            events.clear();
            read(back, request, mask, random);
            read(forward, exception, 0, random);
            assertEquals(List.of("rerun fragment auto", "element", "exception"), events);
        }
    }

    @Test
    void bytesThatAreNotProtobufSayNothingAndHarmNothing() {
        Random random = new Random(1);
        for (int round = 0; round < 20_000; round++) {
            byte[] noise = new byte[random.nextInt(64)];
            random.nextBytes(noise);
            read(forward, noise, 0, random);
            read(back, noise, 0x55aa55aa, random);
        }
        assertEquals(List.of("FINISHED"), of(forward, ScriptMessages.scriptFinished(0)));
    }

    @Test
    void lengthsBeyondTheMessageEndItsScan() {
        byte[] message = ScriptMessages.exception(false);
        for (int cut = 0; cut < message.length; cut++) {
            byte[] shortened = java.util.Arrays.copyOf(message, cut);
            read(forward, shortened, 0, null);
        }
        byte[] nested =
                Protobuf.message().field(5, new byte[] {0x1a, 0x7f, 0x42, 0x00}).bytes();
        assertEquals(List.of("element"), of(forward, nested));
    }

    @Test
    void manySmallFieldsAreNotScannedForEver() {
        Protobuf state = Protobuf.message();
        for (int i = 0; i < 100_000; i++) {
            state.number(7, 1);
        }
        state.text(5, "fragment");
        assertEquals(
                List.of("rerun"), of(back, Protobuf.message().message(11, state).bytes()));
    }
}
