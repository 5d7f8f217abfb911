package org.streamlitgateway.ctl;

import java.nio.charset.StandardCharsets;
import java.util.function.Function;
import org.streamlitgateway.status.SessionFilter;
import org.streamlitgateway.status.StatusReader;
import org.streamlitgateway.status.action.ActionName;
import org.streamlitgateway.status.action.ActionResult;
import org.streamlitgateway.status.action.Actions;
import org.streamlitgateway.status.action.Actor;
import org.streamlitgateway.status.action.FormFields;
import org.streamlitgateway.status.text.StatusJson;
import org.streamlitgateway.status.text.StatusText;

/** Answers requests of {@code ctl} clients. Thread-safe. */
public final class CtlHandler implements Function<CtlRequest, byte[]> {
    static final String STATUS = "status";
    static final String JSON = "json";
    static final String OK = "ok";
    static final String FAILED = "failed";

    private final StatusReader status;
    private final Actions actions;

    public CtlHandler(StatusReader status, Actions actions) {
        this.status = status;
        this.actions = actions;
    }

    @Override
    public byte[] apply(CtlRequest request) {
        if (request.command().equals(STATUS)) {
            byte[] text = request.rest().equals(JSON)
                    ? StatusJson.of(status.read(SessionFilter.ALL))
                    : StatusText.of(status.read(SessionFilter.ALL)).getBytes(StandardCharsets.UTF_8);
            return answer(OK, text);
        }
        ActionResult result = ActionName.byKey(request.command())
                .map(action -> actions.run(new Actor(request.user(), "ctl"), action, FormFields.parse(request.rest()))
                        .result())
                .orElse(ActionResult.failed("there is no such action; there are " + ActionName.keys()));
        return answer(result.done() ? OK : FAILED, (result.text() + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] answer(String outcome, byte[] text) {
        byte[] head = (outcome + "\n").getBytes(StandardCharsets.UTF_8);
        byte[] answer = new byte[head.length + text.length];
        System.arraycopy(head, 0, answer, 0, head.length);
        System.arraycopy(text, 0, answer, head.length, text.length);
        return answer;
    }
}
