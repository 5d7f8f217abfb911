package org.streamlitgateway.streamlit.message;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;

/** Arbitrary bytes as messages of both directions: read without failure, whole and byte by byte. */
class MessageReadersFuzzTest {
    private static final ScriptListener NOBODY = (ScriptListener) Proxy.newProxyInstance(
            ScriptListener.class.getClassLoader(),
            new Class<?>[] {ScriptListener.class},
            (proxy, method, args) -> null);

    @FuzzTest
    void anyBytesAreRead(byte[] input) {
        ByteBuffer bytes = ByteBuffer.wrap(input).asReadOnlyBuffer();
        for (MessageReader reader :
                new MessageReader[] {new ForwardMessageReader(NOBODY), new BackMessageReader(NOBODY)}) {
            reader.begin();
            reader.read(bytes, 0, input.length, 0, 0);
            reader.end();
            reader.begin();
            for (int i = 0; i < input.length; i++) {
                reader.read(bytes, i, 1, 0x0badcafe, i);
            }
            reader.end();
        }
    }
}
