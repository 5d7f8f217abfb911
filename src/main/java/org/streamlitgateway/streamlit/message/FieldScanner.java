package org.streamlitgateway.streamlit.message;

import java.nio.ByteBuffer;

/**
 * Incremental scanner of one direction's protobuf messages. It reads tags and lengths and skips content by arithmetic, so
 * a message costs a few bytes of reading whatever its size, and its parts may arrive in any portions. Bytes that are not
 * protobuf end the scan of their message. Used by one thread at a time.
 *
 * <p>A field is identified by its path: the numbers of the enclosing fields and its own, one byte each, the outermost first.
 */
abstract class FieldScanner implements MessageReader {
    /** What to do with a length-delimited field. */
    enum Action {
        SKIP,
        /** Scan the fields of the submessage. */
        ENTER,
        /** Pass the bytes to {@link #captured}, unless there are too many. */
        CAPTURE
    }

    private enum Step {
        TAG,
        VALUE,
        LENGTH,
        CONTENT
    }

    private static final int MAX_DEPTH = 3;
    private static final int MAX_NUMBER = 255;

    /** Longest captured field; ids, versions and names of pages are shorter. */
    private static final int MAX_CAPTURED_BYTES = 128;

    /** Fields scanned in one message: a hostile message cannot cost more than its bytes. */
    private static final int MAX_FIELDS = 2048;

    private final long[] ends = new long[MAX_DEPTH + 1];
    private final byte[] content = new byte[MAX_CAPTURED_BYTES];
    private int contentLength;
    private long contentEnd;
    private int depth;
    private int path;
    private int child;
    private int fields;
    private long position;
    private long skipTo;
    private Step step = Step.TAG;
    private int wireType;
    private long varint;
    private int shift;

    @Override
    public void begin() {
        ends[0] = Long.MAX_VALUE;
        depth = 0;
        path = 0;
        fields = 0;
        position = 0;
        skipTo = 0;
        step = Step.TAG;
        startVarint();
    }

    /** Ends the scan of the current message; the rest of its bytes is not looked at. */
    final void stop() {
        skipTo = Long.MAX_VALUE;
    }

    @Override
    public final void read(ByteBuffer bytes, int at, int count, int mask, long offset) {
        long limit = position + count;
        long start = position;
        while (true) {
            if (position < skipTo) {
                position = Math.min(skipTo, limit);
            }
            while (depth > 0 && position == ends[depth] && step == Step.TAG) {
                leave();
            }
            if (position == limit) {
                return;
            }
            int index = (int) (position - start);
            byte b = bytes.get(at + index);
            if (mask != 0) {
                b = (byte) (b ^ mask >>> 24 - 8 * (int) ((offset + index) & 3));
            }
            position++;
            scan(b);
        }
    }

    @Override
    public void end() {
        while (depth > 0) {
            leave();
        }
    }

    private void leave() {
        int left = path;
        depth--;
        path >>>= 8;
        left(left);
    }

    private void scan(byte b) {
        if (step == Step.CONTENT) {
            content[contentLength++] = b;
            if (position == contentEnd) {
                step = Step.TAG;
                captured(child, content, contentLength);
            }
            return;
        }
        if (shift > 63) {
            stop();
            return;
        }
        varint |= (long) (b & 0x7f) << shift;
        shift += 7;
        if (b >= 0) {
            long value = varint;
            startVarint();
            switch (step) {
                case TAG -> tag(value);
                case VALUE -> {
                    step = Step.TAG;
                    varint(child, value);
                }
                default -> length(value);
            }
        }
        if (depth > 0 && position > ends[depth]) {
            stop(); // a field that is longer than its message
        }
    }

    private void startVarint() {
        varint = 0;
        shift = 0;
    }

    private void tag(long tag) {
        long number = tag >>> 3;
        if (number == 0 || ++fields > MAX_FIELDS) {
            stop();
            return;
        }
        child = number > MAX_NUMBER ? 0 : path << 8 | (int) number;
        if (depth == 0) {
            topLevel(number > MAX_NUMBER ? 0 : (int) number);
        }
        wireType = (int) (tag & 7);
        switch (wireType) {
            case 0 -> step = Step.VALUE;
            case 1 -> skip(8);
            case 2 -> step = Step.LENGTH;
            case 5 -> skip(4);
            default -> stop();
        }
    }

    private void skip(long bytes) {
        step = Step.TAG;
        if (skipTo == Long.MAX_VALUE) {
            return; // stopped
        }
        skipTo = position + bytes;
        if (skipTo < 0 || depth > 0 && skipTo > ends[depth]) {
            stop();
        }
    }

    private void length(long length) {
        if (length < 0 || length > ends[depth] - position) {
            stop();
            return;
        }
        Action action = child == 0 ? Action.SKIP : field(child, length);
        if (action == Action.ENTER && depth < MAX_DEPTH) {
            step = Step.TAG;
            depth++;
            path = child;
            ends[depth] = position + length;
        } else if (action == Action.CAPTURE && length <= MAX_CAPTURED_BYTES) {
            contentLength = 0;
            if (length == 0) {
                step = Step.TAG;
                captured(child, content, 0);
            } else {
                step = Step.CONTENT;
                contentEnd = position + length;
            }
        } else {
            skip(length);
        }
    }

    /** Called for each field of the message itself; 0 for a number that is out of range. */
    abstract void topLevel(int number);

    /** Called for each length-delimited field. */
    abstract Action field(int path, long length);

    /** Called for each integer field. */
    abstract void varint(int path, long value);

    /** Called with the bytes of a captured field, which are valid during the call only. */
    abstract void captured(int path, byte[] bytes, int length);

    /** Called at the end of an entered submessage. */
    void left(int path) {}
}
