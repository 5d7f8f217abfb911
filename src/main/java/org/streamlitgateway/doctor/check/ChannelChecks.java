package org.streamlitgateway.doctor.check;

import org.streamlitgateway.doctor.hop.Mend;
import org.streamlitgateway.doctor.probe.response.ProbeException;
import org.streamlitgateway.doctor.probe.response.ProbeException.Kind;
import org.streamlitgateway.doctor.probe.response.Response;

/** Whether events of the gateway's channels arrive one by one: the only stream over HTTP that an app's page may use. */
final class ChannelChecks {
    private static final String FOLDER = "_gateway/channels/";

    private final Examination at;

    ChannelChecks(Examination at) {
        this.at = at;
    }

    /** Subscribes to one channel, and waits for the first event. */
    void run() {
        if (at.plan().channels().isEmpty()) {
            return;
        }
        String channel = at.plan().channels().get(0);
        try {
            Response response = at.browser().beginning(at.path(FOLDER + channel), "Accept: text/event-stream");
            if (response.status() == 200) {
                at.ok("event-stream", "channel " + channel + " sends its first event at once");
            } else if (response.status() == 401 || response.status() == 403) {
                at.ok("event-stream", "channel " + channel + " wants a log-in (" + at.describe(response) + ")");
            } else {
                at.fail(
                        "event-stream",
                        at.author(response),
                        "channel " + channel + ": " + at.describe(response),
                        "pages do not get the channel's messages",
                        "pass everything below " + at.target().path() + " to the gateway");
            }
        } catch (ProbeException e) {
            boolean isHeld = e.kind() == Kind.TIMEOUT;
            at.fail(
                    "event-stream",
                    at.front(),
                    isHeld
                            ? at.front() + " holds back the events of channel " + channel + ": " + e.getMessage()
                            : "channel " + channel + ": " + e.getMessage(),
                    "messages of channels arrive late or never",
                    at.mend(Mend.BUFFERING));
        }
    }
}
