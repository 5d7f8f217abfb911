package org.streamlitgateway.streamlit.message;

import java.nio.charset.StandardCharsets;
import org.streamlitgateway.streamlit.message.ScriptListener.Fact;
import org.streamlitgateway.streamlit.message.ScriptListener.RunStatus;

/** Observer of the messages of one Streamlit session to its browser (protobuf ForwardMsg). Used by one thread at a time. */
public final class ForwardMessageReader extends FieldScanner {
    private static final int HASH = 1;
    private static final int METADATA = 2;
    private static final int NEW_SESSION = 4;
    private static final int DELTA = 5;
    private static final int SCRIPT_FINISHED = 6;
    private static final int NAVIGATION = 23;

    private static final int INITIALIZE = NEW_SESSION << 8 | 1;
    private static final int ENVIRONMENT = INITIALIZE << 8 | 3;
    private static final int STREAMLIT_VERSION = ENVIRONMENT << 8 | 1;
    private static final int PYTHON_VERSION = ENVIRONMENT << 8 | 2;
    private static final int SESSION_ID = INITIALIZE << 8 | 6;
    private static final int APP_PAGE = NEW_SESSION << 8 | 8;
    private static final int SHOWN_PAGE = NEW_SESSION << 8 | 9;
    private static final int FRAGMENT_IDS = NEW_SESSION << 8 | 10;
    private static final int NAVIGATION_PAGE = NAVIGATION << 8 | 2;
    private static final int NAVIGATION_SHOWN = NAVIGATION << 8 | 4;

    /** Fields of a page. */
    private static final int PAGE_HASH = 1;

    private static final int PAGE_PATH = 6;

    private static final int NEW_ELEMENT = DELTA << 8 | 3;
    private static final int EXCEPTION = NEW_ELEMENT << 8 | 8;
    private static final int IS_WARNING = EXCEPTION << 8 | 5;

    /** Known kinds of messages as bits: those of Streamlit 1.64, and the ref_hash of a message sent before. */
    private static final long KINDS =
            bits(4, 5, 6, 9, 10, 11, 12, 13, 14, 15, 17, 18, 19, 20, 21, 22, 23, 24, 26, 27, 28);

    private final ScriptListener listener;
    private boolean newSession;
    private boolean fragment;
    private boolean exception;
    private boolean warning;
    private boolean pagesKnown;

    /** Size of the latest navigation whose pages were read; one of another size has other pages. */
    private long navigationBytes;

    private boolean skipNavigation;
    private String pageHash;
    private String pagePath;

    public ForwardMessageReader(ScriptListener listener) {
        this.listener = listener;
    }

    private static long bits(int... numbers) {
        long bits = 0;
        for (int number : numbers) {
            bits |= 1L << number;
        }
        return bits;
    }

    @Override
    public void begin() {
        super.begin();
        newSession = false;
        fragment = false;
        exception = false;
        warning = false;
    }

    @Override
    public void end() {
        super.end();
        if (newSession) {
            pagesKnown = true;
            listener.runStarted(fragment);
        }
        if (exception && !warning) {
            listener.exceptionShown();
        }
    }

    @Override
    void topLevel(int number) {
        if (number == HASH || number == METADATA) {
            return;
        }
        if (number > 63 || (KINDS >>> number & 1) == 0) {
            listener.unknownMessage();
            stop();
        }
    }

    @Override
    Action field(int path, long length) {
        return switch (path) {
            case NEW_SESSION -> {
                newSession = true;
                yield Action.ENTER;
            }
            case DELTA -> {
                listener.elementSent();
                yield Action.ENTER;
            }
            case EXCEPTION -> {
                exception = true;
                yield Action.ENTER;
            }
            case FRAGMENT_IDS -> {
                fragment = true;
                yield Action.SKIP;
            }
            case NAVIGATION -> {
                skipNavigation = length == navigationBytes;
                navigationBytes = length;
                yield Action.ENTER;
            }
            case APP_PAGE -> pagesKnown ? Action.SKIP : Action.ENTER;
            case NAVIGATION_PAGE -> skipNavigation ? Action.SKIP : Action.ENTER;
            case NEW_ELEMENT, INITIALIZE, ENVIRONMENT -> Action.ENTER;
            case SESSION_ID, STREAMLIT_VERSION, PYTHON_VERSION, SHOWN_PAGE, NAVIGATION_SHOWN -> Action.CAPTURE;
            default -> isPageField(path) ? Action.CAPTURE : Action.SKIP;
        };
    }

    private static boolean isPageField(int path) {
        int parent = path >>> 8;
        int number = path & 0xff;
        return (parent == APP_PAGE || parent == NAVIGATION_PAGE) && (number == PAGE_HASH || number == PAGE_PATH);
    }

    @Override
    void varint(int path, long value) {
        if (path == SCRIPT_FINISHED) {
            if (value == 0 || value == 3) {
                listener.runFinished(RunStatus.FINISHED);
            } else if (value == 1) {
                listener.runFinished(RunStatus.COMPILE_ERROR);
            } else if (value == 2) {
                listener.runFinished(RunStatus.SUPERSEDED);
            } else {
                listener.unknownMessage();
            }
        } else if (path == IS_WARNING) {
            warning = value != 0;
        }
    }

    @Override
    void captured(int path, byte[] bytes, int length) {
        switch (path) {
            case SESSION_ID -> listener.told(Fact.SESSION_ID, bytes, length);
            case STREAMLIT_VERSION -> listener.told(Fact.STREAMLIT_VERSION, bytes, length);
            case PYTHON_VERSION -> listener.told(Fact.PYTHON_VERSION, bytes, length);
            case SHOWN_PAGE, NAVIGATION_SHOWN -> listener.pageShown(bytes, length);
            default -> {
                String text = new String(bytes, 0, length, StandardCharsets.UTF_8);
                if ((path & 0xff) == PAGE_HASH) {
                    pageHash = text;
                } else {
                    pagePath = text;
                }
            }
        }
    }

    @Override
    void left(int path) {
        if (path == APP_PAGE || path == NAVIGATION_PAGE) {
            if (pageHash != null) {
                listener.pageNamed(pageHash, pagePath == null ? "" : pagePath); // the main page has no path
            }
            pageHash = null;
            pagePath = null;
        }
    }
}
