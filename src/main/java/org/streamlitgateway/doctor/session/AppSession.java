package org.streamlitgateway.doctor.session;

import java.io.Closeable;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.streamlitgateway.doctor.probe.WebSocket;
import org.streamlitgateway.doctor.probe.WebSocket.Event;
import org.streamlitgateway.doctor.probe.WebSocket.Kind;
import org.streamlitgateway.doctor.probe.response.ProbeException;

/** A session with an app, on an open WebSocket. Used by one thread. */
public final class AppSession implements Closeable {
    /** Field numbers of new_session and what it holds. */
    private static final int INITIALIZE = 1;

    private static final int ENVIRONMENT = 3;
    private static final int SESSION_ID = 6;
    private static final int VERSION = 1;
    private static final int PYTHON = 2;

    /** Field numbers from a delta to an exception. */
    private static final int NEW_ELEMENT = 3;

    private static final int EXCEPTION = 8;

    /** Field numbers of file_urls_response. */
    private static final int RESPONSE_ID = 1;

    private static final int FILE_URLS = 2;
    private static final int UPLOAD_URL = 2;

    /** Becomes part of a request line, so that it must not hold anything else. */
    private static final Pattern UPLOAD_PATH =
            Pattern.compile("_stcore/upload_file/[A-Za-z0-9_-]{1,128}/[A-Za-z0-9_-]{1,128}$");

    private final WebSocket socket;
    private int requests;

    public AppSession(WebSocket socket) {
        this.socket = socket;
    }

    /**
     * The first run of the app's script.
     *
     * @param finished whether Streamlit said that the run has ended
     * @param status status of the end: 0 is success, 1 means that the script does not compile
     * @param firstMillis time from the request to the first element; negative for a run that shows none
     * @param millis time from the request to the end
     * @param bytes size of all messages
     * @param showsException whether the app shows an exception
     * @param session id of the session; empty if it was not received
     * @param streamlit version of Streamlit, or empty
     * @param python version of Python, or empty
     * @param media address of a media file that the app shows, or empty
     * @param last the event that ended the wait
     */
    public record Run(
            boolean finished,
            long status,
            long firstMillis,
            long millis,
            long bytes,
            boolean showsException,
            String session,
            String streamlit,
            String python,
            String media,
            Event last) {}

    /**
     * Requests a run of the script, as the page does when it opens, and waits for its end.
     *
     * @param url address of the page
     * @param limit longest wait for the first element
     * @param further longest wait for the end of a run that has shown something
     */
    public Run run(String url, Duration limit, Duration further) throws ProbeException {
        long start = System.nanoTime();
        socket.send(BackMessages.rerun(url));
        RunReader reader = new RunReader();
        while (true) {
            Duration wait = reader.firstMillis < 0 ? limit : further.plusMillis(reader.firstMillis);
            Event event = socket.next(wait.minusNanos(System.nanoTime() - start));
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
            if (event.kind() != Kind.MESSAGE) {
                return reader.result(false, -1, millis, event);
            }
            ForwardMessage message = new ForwardMessage(event.message());
            reader.read(message, event.length(), millis);
            if (message.has(ForwardMessage.SCRIPT_FINISHED)) {
                return reader.result(true, message.find(ForwardMessage.SCRIPT_FINISHED), millis, event);
            }
        }
    }

    /**
     * The answer to a request for an upload address.
     *
     * @param path path of the address below the app's path, without a leading slash; empty if there was no answer
     * @param last the event that ended the wait
     */
    public record Upload(String path, long millis, Event last) {
        /** Returns the session in the path; empty if there is none. */
        public String session() {
            return path.isEmpty() ? "" : path.split("/")[2];
        }
    }

    /**
     * Requests an address for an upload, which changes nothing in the app, and waits for the answer.
     *
     * @param padding number of bytes to add to the message
     */
    public Upload requestUpload(int padding, Duration limit) throws ProbeException {
        long start = System.nanoTime();
        String id = "doctor-" + ++requests;
        socket.send(BackMessages.fileUrls(id, "", padding));
        while (true) {
            Event event = socket.next(limit.minusNanos(System.nanoTime() - start));
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
            if (event.kind() != Kind.MESSAGE) {
                return new Upload("", millis, event);
            }
            ForwardMessage message = new ForwardMessage(event.message());
            if (message.text(ForwardMessage.FILE_URLS, RESPONSE_ID).equals(id)) {
                String url = message.text(ForwardMessage.FILE_URLS, FILE_URLS, UPLOAD_URL);
                Matcher path = UPLOAD_PATH.matcher(url);
                return new Upload(path.find() ? path.group() : "", millis, event);
            }
        }
    }

    /**
     * Waits like a page whose visitor does nothing.
     *
     * @return the end of the socket; {@link Kind#QUIET} if it stayed open
     */
    public Event idle(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        while (true) {
            Event event = socket.next(Duration.ofNanos(end - System.nanoTime()));
            if (event.kind() != Kind.MESSAGE) {
                return event;
            }
        }
    }

    /** Returns the number of pings that have arrived. */
    public int pings() {
        return socket.pings();
    }

    /** Ends the session as a page does that is closed. */
    public void leave(Duration limit) {
        socket.leave(limit);
    }

    @Override
    public void close() {
        socket.close();
    }

    /** Collects what the messages of a run tell. */
    private static final class RunReader {
        private long firstMillis = -1;
        private long bytes;
        private boolean showsException;
        private String session = "";
        private String streamlit = "";
        private String python = "";
        private String media = "";

        void read(ForwardMessage message, long length, long millis) {
            bytes += length;
            ForwardMessage newSession = message.message(ForwardMessage.NEW_SESSION);
            if (newSession != null) {
                session = newSession.text(INITIALIZE, SESSION_ID);
                streamlit = newSession.text(INITIALIZE, ENVIRONMENT, VERSION);
                python = newSession.text(INITIALIZE, ENVIRONMENT, PYTHON);
            }
            ForwardMessage delta = message.message(ForwardMessage.DELTA);
            if (delta != null) {
                firstMillis = firstMillis < 0 ? millis : firstMillis;
                showsException |= delta.message(NEW_ELEMENT, EXCEPTION) != null;
                media = media.isEmpty() ? delta.media() : media;
            }
        }

        Run result(boolean finished, long status, long millis, Event last) {
            return new Run(
                    finished,
                    status,
                    firstMillis,
                    millis,
                    bytes,
                    showsException,
                    session,
                    streamlit,
                    python,
                    media,
                    last);
        }
    }
}
