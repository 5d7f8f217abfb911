package org.streamlitgateway.doctor.check.session;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.streamlitgateway.doctor.check.Examination;
import org.streamlitgateway.doctor.hop.Hop;
import org.streamlitgateway.doctor.hop.Mend;
import org.streamlitgateway.doctor.probe.response.ProbeException;
import org.streamlitgateway.doctor.probe.response.Response;

/** Uploads into an open session, and files from it. */
final class UploadChecks {
    private static final int LARGE = 5 << 20;

    /** Below the 1 MB that nginx accepts unless told otherwise. */
    private static final int SMALL = 900 << 10;

    private static final int TINY = 100;
    private static final int ATTEMPTS = 6;
    private static final String WHY = "st.file_uploader, chat and camera inputs do not work";
    private static final String BOUNDARY = "doctor-boundary";
    private static final String HEAD = "--" + BOUNDARY + "\r\nContent-Disposition: form-data; name=\"doctor.bin\";"
            + " filename=\"doctor.bin\"\r\nContent-Type: application/octet-stream\r\n\r\n";
    private static final String TAIL = "\r\n--" + BOUNDARY + "--\r\n";

    private final Examination at;

    /** Uploads that reached the session's process, and those of which this is known. */
    private int right;

    private int judged;

    UploadChecks(Examination at) {
        this.at = at;
    }

    /**
     * Uploads small files, each on a connection of its own. Before the large one: a proxy that is refused in the middle of a
     * large body may take a process for dead, and then looks as if it kept visitors on one.
     *
     * @param path path of the upload below the app's path
     */
    void small(String path) throws ProbeException {
        for (int i = 0; i < ATTEMPTS; i++) {
            if (!passes(path, TINY) && judged == 0) {
                return;
            }
        }
    }

    /** Uploads a large file, and deletes it. */
    void large(String path) throws ProbeException {
        upload(path);
        delete(path);
    }

    private void upload(String path) throws ProbeException {
        try {
            Response response = put(path, LARGE);
            for (int i = 1; isOtherProcess(response) && i < ATTEMPTS; i++) {
                response = put(path, LARGE);
            }
            if (response.isSuccess()) {
                at.ok("upload", "5 MB in " + response.millis() + " ms after the last byte");
            } else {
                refused(path, response);
            }
        } catch (ProbeException e) {
            if (!Examination.isSilent(e)) {
                throw e;
            }
            boolean smaller = passes(path, SMALL);
            at.fail(
                    "upload",
                    at.front(),
                    "5 MB: " + e.getMessage() + (smaller ? "; 0.9 MB passes" : ""),
                    WHY,
                    at.mend(Mend.BODY_LIMIT));
        }
    }

    private void refused(String path, Response response) throws ProbeException {
        Hop author = at.author(response);
        String seen = "PUT of 5 MB: " + at.describe(response);
        switch (response.status()) {
            case 413 -> {
                boolean smaller = passes(path, SMALL);
                if (response.text().contains("File too large")) {
                    at.ok(
                            "upload",
                            "5 MB are more than Streamlit's own server.maxUploadSize"
                                    + (smaller ? "; 0.9 MB pass" : ""));
                    return;
                }
                at.fail(
                        "upload",
                        author,
                        seen + (smaller ? "; 0.9 MB passes, so the limit is about 1 MB" : ""),
                        WHY,
                        Mend.BODY_LIMIT.at(author));
            }
            case 405, 501 -> at.fail("upload", author, seen + ": PUT is not allowed", WHY, Mend.METHOD.at(author));
            case 403 -> forbidden(response, author, seen);
            case 400 ->
                at.fail(
                        "upload",
                        at.front(),
                        seen + (isOtherProcess(response) ? ": no attempt reached the process of the session" : ""),
                        WHY,
                        isOtherProcess(response) ? at.mend(Mend.STICKY) : "see Streamlit's log");
            default -> at.fail("upload", author, seen, WHY, "see the log of " + author);
        }
    }

    private void forbidden(Response response, Hop author, String seen) throws ProbeException {
        boolean isXsrf = response.text().contains("XSRF");
        if (isXsrf) {
            at.fail(
                    "upload",
                    at.front(),
                    seen + ": cookie or header of the XSRF token is lost on the way",
                    WHY,
                    "pass Cookie, Set-Cookie and X-Xsrftoken on; " + at.mend(Mend.COOKIE_PATH));
        } else {
            boolean getPasses = at.browser().get(at.path(Examination.HEALTH)).isSuccess();
            at.fail(
                    "upload",
                    author,
                    seen + (getPasses ? ": the method PUT is refused, GET passes" : ""),
                    WHY,
                    Mend.METHOD.at(author));
        }
    }

    private boolean passes(String path, int size) throws ProbeException {
        try {
            return put(path, size).isSuccess();
        } catch (ProbeException e) {
            if (Examination.isSilent(e)) {
                return false;
            }
            throw e;
        }
    }

    private Response put(String path, int size) throws ProbeException {
        Response response = at.browser()
                .send(
                        "PUT",
                        at.path(path),
                        body(size),
                        "Content-Type: multipart/form-data; boundary=" + BOUNDARY,
                        "X-Xsrftoken: " + at.browser().xsrf());
        right += response.isSuccess() ? 1 : 0;
        judged += response.isSuccess() || isOtherProcess(response) ? 1 : 0;
        return response;
    }

    private static byte[] body(int size) {
        byte[] head = HEAD.getBytes(StandardCharsets.US_ASCII);
        byte[] tail = TAIL.getBytes(StandardCharsets.US_ASCII);
        byte[] body = Arrays.copyOf(head, head.length + size + tail.length);
        System.arraycopy(tail, 0, body, head.length + size, tail.length);
        return body;
    }

    /** Whether a Streamlit answered that does not know the session. */
    private static boolean isOtherProcess(Response response) {
        return response.status() == 400 && response.text().contains("Invalid session_id");
    }

    private void delete(String path) throws ProbeException {
        Response response = at.browser()
                .send(
                        "DELETE",
                        at.path(path),
                        new byte[0],
                        "X-Xsrftoken: " + at.browser().xsrf());
        boolean isRefused = response.status() == 405 || response.status() == 501 || response.status() == 403;
        if (isRefused && right > 0) {
            Hop author = at.author(response);
            at.warn(
                    "delete",
                    author,
                    "DELETE of an upload: " + at.describe(response),
                    "files that a visitor removes stay in memory until the session ends",
                    Mend.METHOD.at(author));
        }
    }

    /**
     * Judges whether all requests and reconnects reached one process.
     *
     * @param kept number of reconnects that found their session
     */
    void sticky(int kept, int reconnects) {
        String uploads = judged == 0 ? "" : right + " of " + judged + " uploads and ";
        String seen = uploads + kept + " of " + reconnects + " reconnects reached the session's process";
        if (right == judged && kept == reconnects) {
            at.ok("sticky", seen);
        } else {
            at.fail(
                    "sticky",
                    at.front(),
                    seen,
                    "sessions, uploads and pictures get lost at random: several Streamlit processes without session"
                            + " affinity",
                    at.mend(Mend.STICKY));
        }
    }

    /** Checks a part of a media file, which players ask for. */
    void range(String media) throws ProbeException {
        if (media.isEmpty()) {
            return;
        }
        Response response = at.browser().get(at.path(media.substring(1)), "Range: bytes=0-9");
        if (response.status() == 206 && response.length() == 10) {
            at.ok("range", "parts of a media file can be fetched");
        } else if (response.status() == 200) {
            at.warn(
                    "range",
                    at.front(),
                    "a request with Range gets the whole file",
                    "Safari plays no video, and players cannot seek",
                    "pass Range on, and do not compress /media/");
        } else {
            at.warn(
                    "range",
                    at.author(response),
                    at.describe(response) + " for a media file of the first run",
                    "pictures and downloads may be missing",
                    "pass /media/ to Streamlit; keep each visitor on one process");
        }
    }
}
