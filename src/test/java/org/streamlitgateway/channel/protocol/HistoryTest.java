package org.streamlitgateway.channel.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.streamlitgateway.config.ChannelConfig.Limits;
import org.streamlitgateway.config.ChannelConfig.Slow;

class HistoryTest {
    private static History filled(int history, long historyBytes, int outbox, long outboxBytes, int messages) {
        History filled = new History(new Limits(history, historyBytes, outbox, outboxBytes, Slow.DISCONNECT));
        for (int i = 1; i <= messages; i++) {
            filled.append(Integer.toString(i), true);
        }
        return filled;
    }

    private static List<Long> numbers(History history, long from, int maxCount) {
        List<Outbound> items = new ArrayList<>();
        history.copy(from, maxCount, Integer.MAX_VALUE, items);
        return items.stream().map(item -> ((Message) item).seq()).toList();
    }

    @Test
    void numbersStartAtOneAndTheNewestMessagesAreKept() {
        History history = filled(5, 1 << 20, 3, 1 << 20, 100);

        assertEquals(100, history.head());
        assertEquals(96, history.oldest());
        assertEquals(List.of(96L, 97L, 98L, 99L, 100L), numbers(history, 96, 10));
        assertEquals(List.of(98L, 99L), numbers(history, 98, 2));
        assertEquals(List.of(), numbers(history, 101, 10));
    }

    @Test
    void sizeInBytesIsLimited() {
        int size = Message.text(10, "10", true, 0).size();
        History history = filled(1000, 10L * size, 1000, 10L * size, 99);

        assertEquals(90, history.oldest());
    }

    @Test
    void newestMessageIsKeptEvenIfLargerThanTheLimit() {
        History history = filled(10, 100, 10, 100, 3);
        history.append("x".repeat(1000), false);

        assertEquals(4, history.oldest());
        assertEquals(List.of(4L), numbers(history, 4, 10));
    }

    @Test
    void resumingSubscriberGetsTheHistoryOnly() {
        History history = filled(5, 1 << 20, 50, 1 << 20, 100);

        assertEquals(96, history.firstInHistory(60));
        assertEquals(99, history.firstInHistory(99));
        assertEquals(101, filled(0, 0, 50, 1 << 20, 100).firstInHistory(60));
    }

    @Test
    void outboxIsLimitedByMessagesAndBytes() {
        int size = Message.text(10, "10", true, 0).size();
        History byCount = filled(100, 1 << 20, 10, 1 << 20, 99);
        assertFalse(byCount.exceedsOutbox(90));
        assertTrue(byCount.exceedsOutbox(89));
        assertFalse(byCount.exceedsOutbox(100));
        assertEquals(90, byCount.firstInOutbox(20));

        History byBytes = filled(100, 1 << 20, 1000, 10L * size, 99);
        assertFalse(byBytes.exceedsOutbox(90));
        assertTrue(byBytes.exceedsOutbox(89));
        assertEquals(90, byBytes.firstInOutbox(20));
        assertFalse(filled(5, 5, 5, 5, 0).exceedsOutbox(1));
    }
}
