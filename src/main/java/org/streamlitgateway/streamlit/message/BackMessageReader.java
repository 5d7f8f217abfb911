package org.streamlitgateway.streamlit.message;

/** Observer of the messages of one browser to Streamlit (protobuf BackMsg). Used by one thread at a time. */
public final class BackMessageReader extends FieldScanner {
    private static final int RERUN_SCRIPT = 11;
    private static final int FRAGMENT_ID = RERUN_SCRIPT << 8 | 5;
    private static final int IS_AUTO_RERUN = RERUN_SCRIPT << 8 | 6;

    /** Largest known kind of message; those below it are known, too, or were in earlier releases. */
    private static final int MAX_KIND = 19;

    private final ScriptListener listener;
    private boolean rerun;
    private boolean fragment;
    private boolean auto;

    public BackMessageReader(ScriptListener listener) {
        this.listener = listener;
    }

    @Override
    public void begin() {
        super.begin();
        rerun = false;
        fragment = false;
        auto = false;
    }

    @Override
    public void end() {
        super.end();
        if (rerun) {
            listener.rerunRequested(fragment, auto);
        }
    }

    @Override
    void topLevel(int number) {
        if (number == 0 || number > MAX_KIND) {
            listener.unknownMessage();
            stop();
        }
    }

    @Override
    Action field(int path, long length) {
        if (path == RERUN_SCRIPT) {
            rerun = true;
            return Action.ENTER;
        }
        fragment |= path == FRAGMENT_ID && length > 0;
        return Action.SKIP;
    }

    @Override
    void varint(int path, long value) {
        auto |= path == IS_AUTO_RERUN && value != 0;
    }

    @Override
    void captured(int path, byte[] bytes, int length) {}
}
