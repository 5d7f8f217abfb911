package org.streamlitgateway.config.reader;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.streamlitgateway.config.ChannelConfig;
import org.streamlitgateway.config.ChannelConfig.Mode;
import org.streamlitgateway.config.ChannelConfig.Slow;
import org.streamlitgateway.config.Problem;

class ChannelParserTest {
    private final List<Problem> problems = new ArrayList<>();

    private List<ChannelConfig> read(String text) {
        return ChannelListParser.ofText("--channel", text, problems);
    }

    private String problem(String text) {
        read(text);
        assertEquals(1, problems.size(), problems::toString);
        return problems.get(0).toString();
    }

    @Test
    void addressAloneHasTheDefaults() {
        ChannelConfig channel = read("prices=ws://localhost:8011/ws").get(0);

        assertEquals(ChannelConfig.of("prices", URI.create("ws://localhost:8011/ws"), Mode.SHARED), channel);
        assertEquals(20_000, channel.limits().history());
        assertEquals(4 << 20, channel.limits().outboxBytes());
        assertEquals(Slow.DISCONNECT, channel.limits().slow());
        assertEquals(Duration.ofSeconds(10), channel.linger());
        assertTrue(problems.isEmpty(), problems::toString);
    }

    @Test
    void everyOptionIsRead() {
        ChannelConfig channel = read("a.b-c_1=wss://h/p?x=1, mode=dedicated,history=5,history-bytes=64K,outbox=7,"
                        + "outbox-bytes=2M,slow=drop-oldest,linger=3s,retry-least=20ms,retry-most=1m,subprotocol=x.y,"
                        + "header.Authorization=Bearer a, b,header.X-Key=k=v,send=false,users=alice;bob,senders=bob,"
                        + "origins=https://A.example;http://b:1")
                .get(0);

        assertTrue(problems.isEmpty(), problems::toString);
        assertEquals(new ChannelConfig.Limits(5, 65536, 7, 2 << 20, Slow.DROP_OLDEST), channel.limits());
        assertEquals(
                Map.of("Authorization", "Bearer a, b", "X-Key", "k=v"),
                channel.upstream().headers());
        assertEquals("x.y", channel.upstream().subprotocol());
        assertEquals(Duration.ofMillis(20), channel.upstream().retryMin());
        assertEquals(Set.of("alice", "bob"), channel.access().users());
        assertEquals(Set.of("https://a.example", "http://b:1"), channel.access().origins());
        assertFalse(channel.access().maySend("bob"));
        assertFalse(channel.toString().contains("Bearer"), "a secret is shown");
        assertFalse(channel.toString().contains("x=1"), "a query is shown");
    }

    @Test
    void channelsAreSeparatedByLineBreaksOrSemicolons() {
        assertEquals(
                List.of("a", "b", "c"),
                read("a=ws://h/1;;b=ws://h/2\n c=ws://h/3 \n").stream()
                        .map(ChannelConfig::name)
                        .toList());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "prices | has a channel without a name; write name=",
                "=ws://h/ | has a channel without a name; write name=",
                "a/b=ws://h/ | not a valid channel name",
                "a=http://h/ | no usable address",
                "a=ws:///x | no usable address",
                "a=ws://user:secret@h/ | no usable address",
                "a=ws://h/,mode=both | not one of shared, dedicated",
                "a=ws://h/,slow=x | not one of disconnect, drop-oldest, latest",
                "a=ws://h/,outbox=0 | number of messages from 1",
                "a=ws://h/,history=-1 | number of messages from 0",
                "a=ws://h/,history-bytes=4G | not a size",
                "a=ws://h/,linger=soon | not a time",
                "a=ws://h/,send=maybe | neither true nor false",
                "a=ws://h/,colour=red | no option colour",
                "a=ws://h/,origins=b | not an Origin",
                "a=ws://h/,header.Host=x | not a header that can be set",
                "a=ws://h/,mode=dedicated,eager=true | eager cannot be combined with mode=dedicated",
                "a=ws://h/;;a=ws://i/ | is the name of two channels",
            })
    void invalidChannelIsRejectedWithTheReason(String text, String part) {
        assertTrue(problem(text).contains(part), () -> problems.get(0).toString());
    }

    @Test
    void allProblemsAreReportedAtOnceWithoutSecrets() {
        read("a=ws://u:s3cret@h/,mode=x,header.Host=s3cret;;b=nowhere?s3cret");

        assertEquals(4, problems.size(), problems::toString);
        assertFalse(problems.toString().contains("s3cret"), problems::toString);
    }
}
