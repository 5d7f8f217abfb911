package org.streamlitgateway.status.text;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.streamlitgateway.observe.history.AppSummary;
import org.streamlitgateway.reload.Reload;
import org.streamlitgateway.status.StatusSnapshot;
import org.streamlitgateway.status.StatusSnapshot.AppStatus;
import org.streamlitgateway.status.StatusSnapshot.ChannelStatusLine;
import org.streamlitgateway.status.StatusSnapshot.FailureLine;
import org.streamlitgateway.status.StatusSnapshot.ReplicaStatus;
import org.streamlitgateway.status.StatusSnapshot.SessionStatus;

/**
 * The status as JSON; {@code src/docs/operating.md} documents it. The version changes when a member is removed or means
 * something else, not when one is added. A value that is not known is null.
 */
public final class StatusJson {
    static final int VERSION = 1;
    private static final JsonFactory FACTORY = new JsonFactory();

    private final JsonGenerator json;

    private StatusJson(JsonGenerator json) {
        this.json = json;
    }

    /** Returns the document in UTF-8. */
    public static byte[] of(StatusSnapshot status) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JsonGenerator generator = FACTORY.createGenerator(out)) {
            new StatusJson(generator).write(status);
        } catch (IOException e) {
            throw new UncheckedIOException("memory cannot fail", e);
        }
        return out.toByteArray();
    }

    private void write(StatusSnapshot status) throws IOException {
        json.writeStartObject();
        json.writeNumberField("version", VERSION);
        time("time", status.time());
        json.writeObjectFieldStart("gateway");
        json.writeStringField("version", status.gateway().version());
        json.writeStringField("java", status.gateway().java());
        json.writeStringField("container", status.gateway().container());
        time("started", status.gateway().started());
        name("state", status.gateway().phase());
        json.writeNumberField("sessions", status.gateway().sessions());
        time("certificate_not_after", status.certificateExpiry());
        configuration(status.configuration());
        json.writeEndObject();
        json.writeArrayFieldStart("apps");
        for (AppStatus app : status.apps()) {
            app(app);
        }
        json.writeEndArray();
        json.writeNumberField("sessions_found", status.sessionsFound());
        json.writeArrayFieldStart("sessions");
        for (SessionStatus session : status.sessions()) {
            session(session);
        }
        json.writeEndArray();
        json.writeArrayFieldStart("channels");
        for (ChannelStatusLine channel : status.channels()) {
            channel(channel);
        }
        json.writeEndArray();
        json.writeArrayFieldStart("limits");
        for (StatusSnapshot.LimitHits limit : status.limits()) {
            json.writeStartObject();
            json.writeStringField("limit", limit.limit());
            json.writeStringField("app", limit.app());
            json.writeNumberField("hits", limit.hits());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private void configuration(Reload reload) throws IOException {
        if (reload == null) {
            json.writeNullField("configuration");
            return;
        }
        json.writeObjectFieldStart("configuration");
        json.writeStringField("file", reload.file().toString());
        time("time", reload.time());
        json.writeBooleanField("applied", reload.applied());
        strings("problems", reload.problems());
        json.writeEndObject();
    }

    private void app(AppStatus app) throws IOException {
        AppSummary summary = app.summary();
        json.writeStartObject();
        json.writeStringField("path", app.path());
        json.writeStringField("name", app.name());
        name("state", app.state());
        json.writeStringField("notice", app.notice());
        json.writeBooleanField("managed", app.managed());
        strings("streamlit_versions", app.streamlitVersions());
        json.writeNumberField("sessions", summary.sessions());
        json.writeNumberField("reruns_per_minute", summary.rerunsPerMinute());
        known("p50_ms", summary.p50Millis());
        known("p95_ms", summary.p95Millis());
        json.writeNumberField("exceptions_last_hour", summary.exceptionsLastHour());
        json.writeNumberField("failures_last_hour", summary.failuresLastHour());
        minutes("sessions_by_minute", summary.sessionsByMinute());
        minutes("reruns_by_minute", summary.rerunsByMinute());
        minutes("p95_ms_by_minute", summary.p95ByMinute());
        json.writeArrayFieldStart("replicas");
        for (ReplicaStatus replica : app.replicas()) {
            replica(replica);
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private void replica(ReplicaStatus replica) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", replica.name());
        json.writeStringField("address", replica.address());
        name("state", replica.state());
        json.writeNumberField("sessions", replica.sessions());
        json.writeNumberField("reruns_per_minute", replica.rerunsPerMinute());
        known("p50_ms", replica.p50Millis());
        known("p95_ms", replica.p95Millis());
        known("memory_bytes", replica.memoryBytes() == 0 ? -1 : replica.memoryBytes());
        known("restarts", replica.restarts());
        FailureLine failure = replica.failure();
        if (failure == null) {
            json.writeNullField("last_failure");
        } else {
            json.writeObjectFieldStart("last_failure");
            time("time", failure.time());
            json.writeStringField("reason", failure.reason());
            json.writeEndObject();
        }
        json.writeEndObject();
    }

    private void session(SessionStatus session) throws IOException {
        json.writeStartObject();
        json.writeStringField("id", session.id());
        json.writeStringField("log_name", session.name());
        json.writeStringField("app", session.app());
        json.writeStringField("replica", session.replica());
        json.writeStringField("user", session.user());
        json.writeStringField("client", session.client());
        json.writeStringField("page", session.page());
        time("since", session.since());
        json.writeStringField("opening", session.opening());
        json.writeNumberField("reruns", session.reruns());
        json.writeNumberField("exceptions", session.exceptions());
        known("p95_ms", session.p95Millis());
        known("running_ms", session.runningMillis());
        json.writeNumberField("received_bytes", session.bytesUp());
        json.writeNumberField("sent_bytes", session.bytesDown());
        json.writeNumberField("queued_bytes", session.queuedBytes());
        json.writeBooleanField("slow", session.slow());
        json.writeEndObject();
    }

    private void channel(ChannelStatusLine channel) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", channel.name());
        json.writeStringField("mode", channel.mode());
        json.writeStringField("state", channel.state());
        json.writeNumberField("subscribers", channel.subscribers());
        known("sequence", channel.sequence());
        json.writeNumberField("furthest_behind", channel.furthestBehind());
        json.writeNumberField("messages", channel.messages());
        json.writeNumberField("skipped", channel.dropped());
        json.writeNumberField("reconnects", channel.reconnects());
        json.writeEndObject();
    }

    /** Writes a time of ISO 8601 in UTC. */
    private void time(String field, Instant time) throws IOException {
        json.writeStringField(field, time == null ? null : time.toString());
    }

    private void name(String field, Enum<?> value) throws IOException {
        json.writeStringField(field, value.name().toLowerCase(Locale.ROOT));
    }

    /** Writes a number, or null if it is negative. */
    private void known(String field, long value) throws IOException {
        if (value < 0) {
            json.writeNullField(field);
        } else {
            json.writeNumberField(field, value);
        }
    }

    private void strings(String field, Iterable<String> values) throws IOException {
        json.writeArrayFieldStart(field);
        for (String value : values) {
            json.writeString(value);
        }
        json.writeEndArray();
    }

    private void minutes(String field, List<Long> values) throws IOException {
        json.writeFieldName(field);
        json.writeArray(values.stream().mapToLong(Long::longValue).toArray(), 0, values.size());
    }
}
